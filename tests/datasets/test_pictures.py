"""Pictures of every kind, and what the network gets to see of them."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from alignment.artifacts.errors import InputError
from alignment.datasets.pictures import name_pictures, network_input, read_picture
from alignment.networks.torchvision_operators import import_torchvision

transforms = import_torchvision().transforms
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def random_picture(width, height, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def reread(image, path, **options):
    image.save(path, **options)
    result = read_picture(path)
    assert result.dtype == np.uint8
    assert result.shape == (*result.shape[:2], 3)
    return result


@pytest.mark.parametrize(
    ("suffix", "options"),
    [("png", {}), ("bmp", {}), ("tif", {}), ("ppm", {}), ("webp", {"lossless": True})],
)
def test_lossless_formats_keep_every_pixel(tmp_path, suffix, options):
    picture = random_picture(7, 5)
    result = reread(Image.fromarray(picture), tmp_path / f"a.{suffix}", **options)
    np.testing.assert_array_equal(result, picture)


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("mode", ["L", "1", "LA"])
def test_grey_becomes_rgb(tmp_path, suffix, mode):
    grey = np.array([[0, 255, 0], [255, 255, 0]] if mode == "1" else [[0, 90, 255], [7, 8, 9]])
    result = reread(Image.fromarray(grey.astype(np.uint8)).convert(mode), tmp_path / f"a.{suffix}")
    np.testing.assert_array_equal(result, np.repeat(grey[..., None], 3, axis=2))


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_deep_grey_is_scaled_to_eight_bits(tmp_path, suffix):
    grey = np.array([[0, 1, 100], [128, 254, 255]], dtype=np.uint16)
    result = reread(Image.fromarray(grey * np.uint16(257)), tmp_path / f"a.{suffix}")
    np.testing.assert_array_equal(result, np.repeat(grey[..., None], 3, axis=2))


@pytest.mark.parametrize(("scale", "top"), [(1, 255), (16, 4095)])
def test_grey_that_fills_a_part_of_16_bits_is_scaled_by_that_part_and_said(tmp_path, scale, top):
    grey = np.array([[0, 1, 100], [128, 254, 255]], dtype=np.uint16)
    path, notes = tmp_path / "a.png", []
    Image.fromarray(grey * np.uint16(scale)).save(path)
    result = read_picture(path, notes)
    np.testing.assert_allclose(result[..., 0], grey * (255 * scale / top), atol=0.51)
    assert notes == [
        f"the picture {path} has 16 bits and no value above {255 * scale}: it was read as grey "
        f"from 0 to {top}."
    ]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_grey_that_is_white_where_it_is_zero_is_turned_round(tmp_path, dtype):
    """As scanners and microscopes write it."""
    grey = np.array([[0, 1, 100], [128, 254, 255]])
    scale = {np.uint8: 1, np.uint16: 257, np.float32: 1 / 255}[dtype]
    Image.fromarray((grey * scale).astype(dtype)).save(tmp_path / "a.tif", tiffinfo={262: 0})
    # Pillow turns 8 bits round where it writes, and where it reads
    expected = grey if dtype == np.uint8 else 255 - grey
    np.testing.assert_array_equal(read_picture(tmp_path / "a.tif")[..., 0], expected)


@pytest.mark.parametrize("orientation", [1, 2], ids=["upright", "mirrored"])
def test_transparent_grey_of_16_bits_is_laid_on_white(tmp_path, orientation):
    grey = np.array([[0, 16], [1600, 4095], [65535, 0]], dtype=np.uint16)
    exif, notes = Image.Exif(), []
    exif[0x0112] = orientation
    Image.fromarray(grey).save(tmp_path / "a.png", transparency=65535, exif=exif)
    found = read_picture(tmp_path / "a.png", notes)[:, :: 1 if orientation == 1 else -1, 0]
    np.testing.assert_array_equal(found, [[0, 1], [100, 255], [255, 0]])
    assert "no value above 4095" in notes[0]  # what is transparent is no brightness


def test_a_transparent_colour_of_16_bits_is_laid_on_white(tmp_path):
    colours = random_picture(9, 7).astype(np.uint16) * 257
    colours[2, 3] = 0x1234, 0x5678, 0x9ABC
    write_deep(tmp_path / "a.png", colours, clear=(0x1234, 0x5678, 0x9ABC))
    expected = colours >> 8
    expected[2, 3] = 255
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png"), expected)


def write_deep(path, values, clear=()):
    """Write colours of 16 bits as PNG, which Pillow reads and does not write."""
    height, width, _ = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    chunks = {b"IHDR": struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)}
    chunks |= {b"tRNS": struct.pack(">HHH", *clear)} if clear else {}
    chunks |= {b"IDAT": zlib.compress(rows), b"IEND": b""}
    content = b"".join(
        struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))
        for name, held in chunks.items()
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + content)


def test_colours_of_16_bits_are_read_and_refused_where_they_fill_the_lower_ones_alone(tmp_path):
    colours = random_picture(9, 7).astype(np.uint16)
    path = tmp_path / "a.png"
    write_deep(path, colours * 257)
    np.testing.assert_array_equal(read_picture(path), colours)
    for scale in (1, 16):  # 8 bits and 12 bits of a camera or a microscope
        write_deep(path, colours * scale)
        with pytest.raises(InputError, match="16 bits a channel, of which the upper 4 are empty"):
            read_picture(path)


@pytest.mark.parametrize(
    ("values", "said"),
    [([[np.nan, 1.0]], "no numbers"), ([[np.inf, 1]], "infinite"), ([[-1.0, 1]], "down to -1")],
)
def test_values_that_are_no_brightness_are_refused(tmp_path, values, said):
    Image.fromarray(np.array(values, dtype=np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(InputError, match=said):
        read_picture(tmp_path / "a.tif")


def test_layers_are_refused(tmp_path):
    layers = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    layers[0].save(tmp_path / "a.tif", save_all=True, append_images=layers[1:])
    with pytest.raises(InputError, match="it holds 2 pages or layers"):
        read_picture(tmp_path / "a.tif")


@pytest.mark.parametrize(
    ("colour", "said"),
    [
        ((7, 7, 7), "has one colour throughout"),
        ((0, 0, 0), "has one colour"),
        ((200, 30, 90), "has one colour"),
    ],
)
def test_a_picture_without_content_is_named(tmp_path, colour, said):
    notes = []
    picture = Image.new("RGB", (20, 20), colour)
    picture.save(tmp_path / "a.png")
    read_picture(tmp_path / "a.png", notes)
    assert [said in note for note in notes] == [True]
    picture.putpixel((1, 1), (255, 255, 255))
    picture.save(tmp_path / "a.png")
    notes.clear()
    read_picture(tmp_path / "a.png", notes)
    assert ["is nearly black" in note for note in notes] == [True] * (colour == (0, 0, 0))


def test_a_dark_deep_grey_picture_stays_dark(tmp_path):
    """Of 65535 levels: 5000 is dark, and not white."""
    result = reread(Image.fromarray(np.full((3, 3), 5000, dtype=np.uint16)), tmp_path / "a.png")
    assert (result == 19).all()


def test_transparency_is_laid_on_white(tmp_path):
    pixels = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 100, 200, 128]]], dtype=np.uint8)
    result = reread(Image.fromarray(pixels), tmp_path / "a.png")
    assert result[0, :2].tolist() == [[10, 20, 30], [255, 255, 255]]
    expected = 255 + 128 / 255 * (np.array([0, 100, 200]) - 255)
    np.testing.assert_allclose(result[0, 2], expected, atol=1)


@pytest.mark.parametrize("suffix", ["png", "gif"])
def test_a_transparent_palette_entry_becomes_white(tmp_path, suffix):
    image = Image.fromarray(np.array([[0, 1], [2, 0]], dtype=np.uint8)).convert("P")
    image.putpalette([200, 0, 0, 0, 200, 0, 0, 0, 200])
    result = reread(image, tmp_path / f"a.{suffix}", transparency=1)
    expected = [[[200, 0, 0], [255, 255, 255]], [[0, 0, 200], [200, 0, 0]]]
    assert result.tolist() == expected


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (1, lambda p: p),
        (2, lambda p: p[:, ::-1]),
        (3, lambda p: p[::-1, ::-1]),
        (4, lambda p: p[::-1]),
        (6, lambda p: np.rot90(p, -1)),  # held on its side: a quarter turn clockwise
        (8, np.rot90),
    ],
)
def test_the_cameras_orientation_is_applied(tmp_path, orientation, upright):
    picture = random_picture(6, 4)
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = reread(Image.fromarray(picture), tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(result, upright(picture))


def test_cmyk_becomes_rgb(tmp_path):
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    result = reread(image, tmp_path / "a.jpg", quality=100)
    np.testing.assert_allclose(result, np.broadcast_to([255, 0, 0], (16, 16, 3)), atol=6)


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_of_several_frames_the_first_is_taken(tmp_path, suffix):
    first, second = (Image.new("RGB", (4, 3), colour) for colour in ("#ff0000", "#0000ff"))
    options = {"lossless": True} if suffix == "webp" else {}
    path = tmp_path / f"a.{suffix}"
    result = reread(first, path, save_all=True, append_images=[second], **options)
    assert result.shape == (3, 4, 3)
    assert (result == [255, 0, 0]).all()


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tif", "webp"])
@pytest.mark.parametrize("share", [0, 0.3, 0.7])
def test_a_truncated_picture_is_named(tmp_path, suffix, share):
    path = tmp_path / f"cut.{suffix}"
    Image.fromarray(random_picture(40, 30)).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match=rf"cut\.{suffix} cannot be read .*; replace it by"):
        read_picture(path)


@pytest.mark.parametrize("state", ["text", "missing", "folder"])
def test_what_is_not_a_picture_is_named(tmp_path, state):
    path = tmp_path / "notes.png"
    if state == "text":
        path.write_text("not a picture")
    elif state == "folder":
        path.mkdir()
    with pytest.raises(InputError, match=r"notes\.png cannot be read"):
        read_picture(path)


def test_names_are_the_stems_in_order():
    assert name_pictures(["f/02.png", "f/a.b.jpg", "f/01.gif"], "f") == ["02", "a.b", "01"]


def test_pictures_in_folders_are_called_by_folder_and_name():
    files = ["f/cats/1.png", "f/cats/2.v1.png", "f/dogs/1.png"]
    assert name_pictures(files, "f") == ["cats/1", "cats/2.v1", "dogs/1"]


def test_names_that_occur_twice_are_refused():
    with pytest.raises(InputError, match=r"b\.png and b\.jpg in cats share the name 'b'"):
        name_pictures(["cats/a.png", "cats/b.png", "cats/b.jpg", "cats/c.png"], "cats")


@pytest.mark.parametrize(
    ("one", "other"),
    [("A.png", "a.jpg"), ("cats/1.png", "Cats/1.png"), ("f\u00fcr.png", "fu\u0308r.png")],
)
def test_names_that_some_disks_do_not_tell_apart_are_refused(one, other):
    files = [f"f/{name}" for name in (one, "b.png", "c.png", other)]
    with pytest.raises(InputError, match=r"in f differ only .* on macOS and Windows; rename one"):
        name_pictures(files, "f")


@pytest.mark.parametrize("n", [0, 1, 2])
def test_fewer_than_three_pictures_are_refused(n):
    with pytest.raises(InputError, match=f"at least 3 pictures, but there are {n}"):
        name_pictures([f"f/{k}.png" for k in range(n)], "f")


@pytest.mark.parametrize(("side", "size"), [(175, 224), (300, 64), (64, 64), (31, 30)])
@pytest.mark.parametrize("framing", ["stretch", "crop", "pad"])
def test_a_square_picture_is_prepared_as_torchvision_does(side, size, framing):
    picture = random_picture(side, side)
    prepare = transforms.Compose(
        [
            transforms.Resize((size, size), antialias=True),
            transforms.ToTensor(),
            transforms.Normalize(MEAN, STD),
        ]
    )
    result = network_input(picture, size, MEAN, STD, framing)
    assert (result.shape, result.dtype) == ((3, size, size), np.float32)
    assert result.flags.c_contiguous
    np.testing.assert_allclose(result, prepare(Image.fromarray(picture)).numpy(), atol=1e-5)


def stripes(width, height):
    """Red, green and blue thirds along the longer side."""
    colours = np.repeat(np.eye(3, dtype=np.uint8) * 255, max(width, height) // 3, axis=0)
    wide = np.broadcast_to(colours, (min(width, height), max(width, height), 3))
    return np.ascontiguousarray(wide if width > height else wide.transpose(1, 0, 2))


def frame(picture, framing, mean=(0, 0, 0)):
    """The (30, 30, 3) picture that the network sees; upright pictures turned on their side."""
    seen = network_input(picture, 30, mean, (1, 1, 1), framing).transpose(1, 2, 0)
    return seen if picture.shape[1] > picture.shape[0] else seen.transpose(1, 0, 2)


shapes = pytest.mark.parametrize(("width", "height"), [(90, 30), (30, 90)])


@shapes
def test_stretch_shows_the_whole_picture(width, height):
    seen = frame(stripes(width, height), "stretch")
    for part, colour in enumerate(np.eye(3)):
        middle = seen[:, 10 * part + 2 : 10 * part + 8]
        np.testing.assert_allclose(middle, np.broadcast_to(colour, middle.shape), atol=0.01)


@shapes
def test_crop_shows_the_central_square(width, height):
    np.testing.assert_array_equal(frame(stripes(width, height), "crop")[..., 1], 1)


@shapes
def test_pad_shows_the_whole_picture_between_bars_of_the_mean_colour(width, height):
    seen = frame(stripes(width, height), "pad", MEAN)
    bars = np.concatenate([seen[:9], seen[21:]])
    np.testing.assert_allclose(bars, 0, atol=0.5 / 255 + 1e-6)
    for part, colour in enumerate(np.eye(3)):
        middle = seen[12:18, 10 * part + 2 : 10 * part + 8]
        np.testing.assert_allclose(middle, np.broadcast_to(colour - MEAN, middle.shape), atol=0.01)


def test_an_unknown_framing_is_refused():
    with pytest.raises(ValueError, match="framing 'fit' is not one of stretch, crop, pad"):
        network_input(random_picture(4, 4), 4, MEAN, STD, "fit")


def test_a_picture_of_too_many_pixels_is_refused_with_what_helps(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    Image.new("L", (7, 6)).save(tmp_path / "a.png")
    with pytest.raises(InputError, match=r"a\.png has more than 0 megapixels; make it smaller"):
        read_picture(tmp_path / "a.png")
