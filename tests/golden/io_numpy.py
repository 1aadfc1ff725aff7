#!/usr/bin/env python3
"""Arrays of every type, byte order and memory order, as NumPy itself writes them.

    /usr/bin/python3 io_numpy.py     # rewrites io_*.npz and io_*.npy beside this script

Made with NumPy 1.24.2. Every array has shape [2, 3, 4]; its element i, counted row-major, is
  signed types   5 i - 40
  floating types (5 i - 40) / 8
  unsigned types 5 i
  b1             whether 3 divides i
and its name is type_order_layout, e.g. f4_be_F: float32, big endian, Fortran order.
"""
import io
import os
import zipfile

import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))
SHAPE = (2, 3, 4)


def elements(code):
    i = np.arange(24)
    if code == "b1":
        return i % 3 == 0
    if code[0] == "u":
        return 5 * i
    return (5 * i - 40) / (8 if code[0] == "f" else 1)


def arrays():
    found = {}
    for code in "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1".split():
        for order, sign in (("le", "<"), ("be", ">")):
            for layout in "CF":
                values = elements(code).reshape(SHAPE).astype(sign + code)
                found[f"{code}_{order}_{layout}"] = np.array(values, order=layout, dtype=sign + code)
    found["scalar"] = np.float64(2.5)
    found["empty"] = np.zeros((0, 3), "<f4")
    return found


def at(name):
    return os.path.join(FOLDER, name)


def write_zip64():
    """The same bytes twice as zip64 says them: Python's limits are lowered so that it must."""
    member = io.BytesIO()
    np.save(member, elements("i4").reshape(SHAPE).astype("<i4"))
    limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 16, 1
    with zipfile.ZipFile(at("io_zip64.npz"), "w") as archive:
        archive.comment = b"a comment, behind which the end must be found"
        for name in ("first", "second"):
            archive.writestr(zipfile.ZipInfo(name + ".npy"), member.getvalue())
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits


def main():
    np.savez(at("io_types.npz"), **arrays())
    np.savez_compressed(at("io_deflated.npz"), ramp=np.arange(10000, dtype="<i4"), f4=arrays()["f4_le_C"])
    np.savez_compressed(at("io_small.npz"), x=np.arange(6, dtype="<i2"), y=np.float32(1))  # seed of a fuzzer
    write_zip64()
    values = elements("i4").reshape(SHAPE).astype("<i4")
    for version in (1, 2, 3):
        with open(at(f"io_version{version}.npy"), "wb") as file:
            np.lib.format.write_array(file, values, version=(version, 0))


main()
