"""Random views of an image: cropped, rotated, shifted and blurred, as torchvision does it.

One draw of the transforms serves a handful of images, not one: torchvision draws for a whole stack
at a time, and 200 stacks of one image would take longer than everything else in a training step.
"""

import numpy as np
import torch
from torchvision.transforms import v2

IMAGES_A_DRAW = 12
SIDE = 28

# Mild enough that a digit stays what it is: a 6 turned over would be a 9, and a 1 may not leave the image.
TRANSFORMS = v2.Compose(
    [
        v2.RandomResizedCrop(SIDE, scale=(0.6, 1.0), ratio=(0.9, 1.1), antialias=True),
        v2.RandomRotation(15),
        v2.RandomAffine(0, translate=(0.1, 0.1)),
        v2.GaussianBlur(3, sigma=(0.1, 1.0)),
    ]
)


def random_views(images: torch.Tensor, generator: np.random.Generator) -> torch.Tensor:
    """A random view of each of `images` uint8 [n, 784]; `generator` decides on all of them."""
    views = torch.empty_like(images)
    stack = images.view(-1, 1, SIDE, SIDE)
    # torchvision takes its chances from torch's global generator, which is left as it was
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(generator.integers(2**63)))
        order = torch.from_numpy(generator.permutation(len(images)))
        for part in torch.split(order, IMAGES_A_DRAW):
            views[part] = TRANSFORMS(stack[part]).reshape(len(part), -1)
    return views
