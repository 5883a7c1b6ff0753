"""Installed typefaces, and pictures of their characters."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

# Debian package -> the files of it that are used. A file that is not installed is left out.
TYPEFACES: dict[str, tuple[str, ...]] = {
    "fonts-cantarell": ("Cantarell-Regular.otf", "Cantarell-Light.otf", "Cantarell-ExtraBold.otf"),
    "fonts-comic-neue": (
        "ComicNeue-Regular.otf",
        "ComicNeue-Bold.otf",
        "ComicNeue-Italic.otf",
        "ComicNeue-LightItalic.otf",
    ),
    "fonts-croscore": ("Arimo-Italic.ttf", "Tinos-Italic.ttf", "Cousine-BoldItalic.ttf"),
    "fonts-crosextra-carlito": ("Carlito-Regular.ttf", "Carlito-BoldItalic.ttf"),
    "fonts-dejavu-core": ("DejaVuSans.ttf", "DejaVuSansMono.ttf", "DejaVuSerif.ttf"),
    "fonts-dejavu-extra": (
        "DejaVuSans-ExtraLight.ttf",
        "DejaVuSans-Oblique.ttf",
        "DejaVuSansCondensed-Bold.ttf",
        "DejaVuSerif-BoldItalic.ttf",
        "DejaVuSerif-Italic.ttf",
    ),
    "fonts-freefont-ttf": (
        "FreeMono.ttf",
        "FreeMonoBold.ttf",
        "FreeSans.ttf",
        "FreeSansBoldOblique.ttf",
        "FreeSerif.ttf",
        "FreeSerifBold.ttf",
        "FreeSerifItalic.ttf",
    ),
    "fonts-hack": ("Hack-Regular.ttf", "Hack-BoldItalic.ttf"),
    "fonts-humor-sans": ("Humor-Sans.ttf",),
    "fonts-inconsolata": ("Inconsolata.otf",),
    "fonts-lato": ("Lato-Regular.ttf", "Lato-Light.ttf", "Lato-Black.ttf", "Lato-MediumItalic.ttf"),
    "fonts-liberation": (
        "LiberationSans-Regular.ttf",
        "LiberationSans-BoldItalic.ttf",
        "LiberationSerif-Regular.ttf",
        "LiberationSerif-BoldItalic.ttf",
        "LiberationMono-Italic.ttf",
        "LiberationSansNarrow-Regular.ttf",
    ),
    "fonts-linuxlibertine": (
        "LinLibertine_R.otf",
        "LinLibertine_RI.otf",
        "LinLibertine_RB.otf",
        "LinBiolinum_R.otf",
        "LinBiolinum_RI.otf",
    ),
    "fonts-noto-core": (
        "NotoSans-Regular.ttf",
        "NotoSansDisplay-BoldItalic.ttf",
        "NotoSerif-Italic.ttf",
        "NotoSerifDisplay-Regular.ttf",
    ),
    "fonts-open-sans": (
        "OpenSans-Regular.ttf",
        "OpenSans-CondLight.ttf",
        "OpenSans-CondBold.ttf",
        "OpenSans-LightItalic.ttf",
    ),
    "fonts-roboto-unhinted": (
        "Roboto-Regular.ttf",
        "Roboto-BoldItalic.ttf",
        "RobotoCondensed-LightItalic.ttf",
    ),
}
MIN_TYPEFACES = 20
GLYPH_HEIGHT = 64


class TypefacesMissingError(RuntimeError):
    """Too few of the named typefaces are installed to draw varied characters."""


def font_directories() -> tuple[Path, ...]:
    """Return the directories in which this system keeps fonts.

    Returns
    -------
    tuple of Path
        ``fonts`` below every data directory of the XDG base directory specification, those that
        exist.
    """
    shared = os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(os.pathsep)
    personal = os.environ.get("XDG_DATA_HOME", str(Path.home() / ".local" / "share"))
    candidates = (Path(directory) / "fonts" for directory in (*shared, personal))
    return tuple(directory for directory in candidates if directory.is_dir())


@cache
def usable_typefaces(characters: str) -> tuple[Path, ...]:
    """Find the named typefaces that draw each of the characters in its own way.

    Parameters
    ----------
    characters : str
        The characters a typeface must have, each once.

    Returns
    -------
    tuple of Path
        Font files, in the order of `TYPEFACES`.

    Raises
    ------
    TypefacesMissingError
        If fewer than `MIN_TYPEFACES` are usable.
    """
    installed: dict[str, Path] = {}
    for directory in font_directories():
        for path in sorted(directory.rglob("*.[ot]tf")):
            installed.setdefault(path.name, path)
    named = (name for names in TYPEFACES.values() for name in names)
    found = (installed[name] for name in named if name in installed)
    usable = tuple(path for path in found if _tells_apart(path, characters))
    if len(usable) < MIN_TYPEFACES:
        raise TypefacesMissingError(
            f"Expected at least {MIN_TYPEFACES} usable typefaces but found {len(usable)}. "
            f"Install the Debian packages: apt-get install {' '.join(TYPEFACES)}"
        )
    return usable


def _tells_apart(path: Path, characters: str) -> bool:
    """Tell whether no two characters look the same, as they do where a glyph is missing."""
    glyphs = {(mask.size, mask.tobytes()) for mask in (glyph(path, one) for one in characters)}
    return len(glyphs) == len(characters)


@cache
def glyph(path: Path, character: str) -> Image.Image:
    """Draw one character, white on black, cropped to its ink.

    Parameters
    ----------
    path : Path
        Font file.
    character : str
        One character.

    Returns
    -------
    Image.Image
        Grey picture (mode ``L``), one black pixel where the typeface draws nothing.
    """
    font = ImageFont.truetype(path, GLYPH_HEIGHT)
    canvas = Image.new("L", (3 * GLYPH_HEIGHT, 3 * GLYPH_HEIGHT))
    ImageDraw.Draw(canvas).text((GLYPH_HEIGHT, GLYPH_HEIGHT), character, fill=255, font=font)
    return canvas.crop(canvas.getbbox() or (0, 0, 1, 1))
