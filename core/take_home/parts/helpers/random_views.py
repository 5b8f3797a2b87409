"""Random views of images."""

import torch
from torchvision.transforms import v2

transforms = v2.Compose(
    [
        v2.RandomResizedCrop(28, scale=(0.6, 1.0), ratio=(0.9, 1.1)),
        v2.RandomRotation(15),
        v2.RandomAffine(0, translate=(0.1, 0.1)),
        v2.GaussianBlur(3, sigma=(0.1, 1.0)),
    ]
)


def random_views(images):
    """Each image cropped, rotated, shifted and blurred; for speed, 12 at a time share the random parameters."""
    return torch.cat([transforms(dozen.view(-1, 1, 28, 28)).flatten(1) for dozen in images.split(12)])
