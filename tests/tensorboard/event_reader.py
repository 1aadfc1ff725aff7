"""Reads TensorBoard's event files with nothing of fanin's: framing, checksums one bit at a time, and Protocol Buffers'
wire format, as TensorFlow and Google describe them.

    for event in read_events(path): event["step"], event["values"][0]["tag"]
"""
import struct


class Damaged(Exception):
    """A record that is not what its checksum says."""


def crc32c(data):
    """RFC 3720, appendix B.4, one bit at a time."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0x82F63B78 if crc & 1 else crc >> 1
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    """The whole records; a torn last one is left out, a damaged one raises."""
    at = 0
    while len(data) - at >= 12:
        header = data[at:at + 8]
        (length,), (check,) = struct.unpack("<Q", header), struct.unpack("<I", data[at + 8:at + 12])
        if check != masked(header):
            raise Damaged(f"the length at byte {at}")
        if len(data) - at - 16 < length:
            return
        body = data[at + 12:at + 12 + length]
        if struct.unpack("<I", data[at + 12 + length:at + 16 + length])[0] != masked(body):
            raise Damaged(f"the record at byte {at}")
        yield body
        at += 16 + length


def fields(message):
    """(number, value) pairs: whole numbers, or the bytes of everything else."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        kind = key & 7
        if kind == 0:
            yield key >> 3, varint()
            continue
        size = {1: 8, 5: 4}[kind] if kind != 2 else varint()
        assert at + size <= len(message), "a field ends beyond its message"
        yield key >> 3, message[at:at + size]
        at += size


def all_of(message, number):
    return [value for field, value in fields(message) if field == number]


def one(message, number, default=None):
    values = all_of(message, number)
    return values[-1] if values else default


def double(data):
    return struct.unpack("<d", data)[0]


def doubles(data):
    return list(struct.unpack(f"<{len(data) // 8}d", data))


def struct_value(message):
    """google.protobuf.Value: number 2, string 3, bool 4."""
    for field, value in fields(message):
        return {2: lambda v: double(v), 3: lambda v: v.decode(), 4: lambda v: bool(v)}[field](value)
    return None


def read_value(message):
    value = {"tag": one(message, 1).decode()}
    for field, content in fields(message):
        if field == 2:
            value["scalar"] = struct.unpack("<f", content)[0]
        elif field == 5:
            value["histogram"] = {
                "min": double(one(content, 1)), "max": double(one(content, 2)), "num": double(one(content, 3)),
                "sum": double(one(content, 4)), "sum_squares": double(one(content, 5)),
                "limits": doubles(one(content, 6)), "counts": doubles(one(content, 7))}
        elif field == 8:
            assert one(content, 1) == 7, "a text is of type DT_STRING"
            value["text"] = one(content, 8).decode()
        elif field == 9:
            plugin = one(content, 1)
            value["plugin"], value["content"] = one(plugin, 1).decode(), one(plugin, 2, b"")
    return value


def read_events(path):
    with open(path, "rb") as file:
        data = file.read()
    events = []
    for record in records(data):
        event = {"wall_time": double(one(record, 1)), "step": one(record, 2, 0), "values": []}
        version, summary = one(record, 3), one(record, 5)
        if version is not None:
            event["version"] = version.decode()
        if summary is not None:
            event["values"] = [read_value(value) for value in all_of(summary, 1)]
        events.append(event)
    return events


def session(events):
    """What the table of hyperparameters knows of a run: (parameters, status of its end or None)."""
    parameters, status = {}, None
    for event in events:
        for value in event["values"]:
            if value["tag"] == "_hparams_/session_start_info":
                start = one(value["content"], 3)
                for entry in all_of(start, 1):
                    parameters[one(entry, 1).decode()] = struct_value(one(entry, 2))
            if value["tag"] == "_hparams_/session_end_info":
                status = one(one(value["content"], 4), 1)
    return parameters, status


def domain(info):
    """An HParamInfo's values: (lowest, highest) of a number, else a list."""
    interval, listed = one(info, 6), one(info, 5)
    if interval is not None:
        return double(one(interval, 1)), double(one(interval, 2))
    return [struct_value(value) for value in all_of(listed, 1)]


def experiment(events):
    """({hyperparameter: (type, domain, whether it differs)}, tags of metrics) as the file of the root folder says."""
    for event in events:
        for value in event["values"]:
            if value["tag"] == "_hparams_/experiment":
                content = one(value["content"], 2)
                names = {one(info, 1).decode(): (one(info, 4), domain(info), bool(one(info, 7, 0)))
                         for info in all_of(content, 4)}
                return names, [one(one(info, 1), 2).decode() for info in all_of(content, 5)]
    return {}, []


def buckets(histogram):
    """[left edge, right edge, count], as TensorBoard's data_compat.rs makes them of limits and counts: minimum and maximum
    stand for the outermost edges."""
    inner = histogram["limits"][:-1]
    return list(zip([histogram["min"]] + inner, inner + [histogram["max"]], histogram["counts"]))
