"""Reads the images in a drawing back, and finds in the data set which they are."""

import base64
import io
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from core.data import Split


@dataclass
class DrawnDigits:
    """Images of `split` by what they look like."""

    split: Split
    _places: dict[bytes, int] = field(init=False)

    def __post_init__(self) -> None:
        self._places = {image.tobytes(): place for place, image in enumerate(self.split.images)}

    def place(self, uri: str) -> int:
        """The place in the split of the image in a data URI; fails for what is no image of it."""
        content = base64.b64decode(uri.removeprefix("data:image/png;base64,"), validate=True)
        pixels = np.asarray(Image.open(io.BytesIO(content)))
        assert pixels.shape == (28, 28) and pixels.dtype == np.uint8
        return self._places[pixels.tobytes()]

    def places(self, part: ET.Element) -> list[int]:
        """The places of all images in a part of a drawing, in their order."""
        return [self.place(image.attrib["href"]) for image in part.iter("image")]

    def labels(self, part: ET.Element) -> list[int]:
        """The labels of all images in a part of a drawing, in their order."""
        return [int(self.split.labels[place]) for place in self.places(part)]
