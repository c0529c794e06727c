"""Let the chapters' figures keep their place and follow the theme.

The notebooks hold each figure as an SVG on white. Beside it the site puts a twin for the dark
theme: greys and tints change places with their opposites, dark colours become lighter. What a
figure shows as pixels (digits, weights) or as a map with its scale stays as it is.
"""

import colorsys
import copy
import re
from pathlib import Path

GREY_FLOOR, GREY_CEILING = 0x12 / 255, 0xED / 255  # the dark theme's ground, and text on it
LIGHT_ENOUGH = 0.62  # of a colour on the dark ground, in HLS
TINT = 0.8  # from here on a colour is a ground, with dark words on it
COLOUR = re.compile(r"(?<=: )#([0-9a-f]{6})\b")  # in a style; no name of a part looks like this
NUMBER = re.compile(r"[\d.]+")
POINT = 4 / 3  # CSS pixels


def size_of(file: Path) -> tuple[int, int] | None:
    """Return width and height of an SVG in CSS pixels; Matplotlib writes points."""
    text = file.read_text(encoding="utf-8")
    box = re.search(r'<svg[^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"', text)
    unit = POINT if re.search(r'<svg[^>]*width="[\d.]+pt"', text) else 1
    return (round(float(box[1]) * unit), round(float(box[2]) * unit)) if box else None


def on_dark(colour: re.Match) -> str:
    """Return the colour that takes this one's part on a dark ground."""
    red, green, blue = (int(colour[1][at : at + 2], 16) / 255 for at in (0, 2, 4))
    if red == green == blue:
        red = green = blue = GREY_FLOOR + (1 - red) * (GREY_CEILING - GREY_FLOOR)
    else:
        hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
        light = 1 - light + GREY_FLOOR if light > TINT else max(light, LIGHT_ENOUGH)
        red, green, blue = colorsys.hls_to_rgb(hue, light, saturation)
    return "#" + "".join(f"{round(255 * part):02x}" for part in (red, green, blue))


def box_of_pixels(part: str) -> list[tuple[float, float]]:
    """Return from where to where axes with an image reach, across and down; else nothing."""
    ground = re.search(r'<g id="patch_\d+">\s*<path d="([^"]*)"', part)
    if ground is None or "<image" not in part:
        return []
    numbers = [float(number) for number in NUMBER.findall(ground[1])]
    return [(min(side), max(side)) for side in (numbers[::2], numbers[1::2])]


def with_dark_text(part: str) -> str:
    """Return a part of a drawing for the dark theme; maps and words on pixels stay as they are."""
    box = box_of_pixels(part)
    groups = re.split(r'(?=<g id=")', part)
    for number, group in enumerate(groups):
        words = re.match(r'<g id="text_.*?translate\(([\d.]+) ([\d.]+)\)', group, re.DOTALL)
        if (
            box
            and words
            and all(a < float(at) < b for (a, b), at in zip(box, words.groups(), strict=True))
        ):
            groups[number] = group.replace("<g ", '<g fill="#000000" ', 1)
        elif not group.startswith('<g id="QuadMesh_'):
            groups[number] = COLOUR.sub(on_dark, group)
    return "".join(groups)


def darkened(svg: str) -> str:
    """Return the drawing for the dark theme."""
    text = f"{round(255 * GREY_CEILING):02x}" * 3  # black, which Matplotlib leaves unsaid
    parts = re.split(r'(?=<g id="axes_)', svg)
    return "".join(map(with_dark_text, parts)).replace("<svg ", f'<svg fill="#{text}" ', 1)


def give_figures_their_size(page) -> None:
    """Write down how large each picture is, so that nothing jumps while it arrives."""
    for position, image in enumerate(page.soup.select("article img, img.logo__image")):
        file = page.local_file(image.get("src", ""))
        size = file and file.suffix == ".svg" and size_of(file)
        if size and not image.get("style"):
            image["width"], image["height"] = map(str, size)
        image["decoding"] = "async"
        if position > 3:
            image["loading"] = "lazy"
    for image in page.soup.select("article img")[:1]:
        image["fetchpriority"] = "high"  # it is what one sees first


def pair_figures(page) -> None:
    """Put a twin for the dark theme behind each figure that a cell has drawn."""
    for image in page.soup.select("article img:not(.only-light, .only-dark)[src*='_images/']"):
        file = page.local_file(image["src"])
        if file is None or file.suffix != ".svg":
            continue
        twin = copy.copy(image)
        twin["src"] = image["src"].replace(".svg", "-dark.svg")
        twin["loading"] = "lazy"  # one that does not show is not fetched
        twin.attrs.pop("fetchpriority", None)
        image["class"], twin["class"] = ["only-light"], ["only-dark"]
        image.insert_after(twin)
        drawing = darkened(file.read_text(encoding="utf-8"))
        file.with_name(file.stem + "-dark.svg").write_text(drawing, encoding="utf-8")
