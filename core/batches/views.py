"""Random views of an image: cropped, rotated, shifted and blurred, with torchvision's transforms.

Each draw of the transforms serves several images: torchvision draws once per stack, and 200 stacks
of one image would take longer than the rest of a training step.
"""

import numpy as np
import torch
from torchvision.transforms import v2

IMAGES_A_DRAW = 12
SIDE = 28

# Mild enough to keep a digit's class: a 6 must not become a 9, and a 1 must not leave the image.
TRANSFORMS = v2.Compose(
    [
        v2.RandomResizedCrop(SIDE, scale=(0.6, 1.0), ratio=(0.9, 1.1), antialias=True),
        v2.RandomRotation(15),
        v2.RandomAffine(0, translate=(0.1, 0.1)),
        v2.GaussianBlur(3, sigma=(0.1, 1.0)),
    ]
)


def random_views(images: torch.Tensor, generator: np.random.Generator) -> torch.Tensor:
    """A random view of each of `images` uint8 [n, 784], determined by `generator`."""
    views = torch.empty_like(images)
    stack = images.view(-1, 1, SIDE, SIDE)
    # torchvision draws from torch's global generator; fork_rng restores it
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(generator.integers(2**63)))
        order = torch.from_numpy(generator.permutation(len(images)))
        for part in torch.split(order, IMAGES_A_DRAW):
            views[part] = TRANSFORMS(stack[part]).reshape(len(part), -1)
    return views
