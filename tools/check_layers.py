#!/usr/bin/env python3
"""Holds the source tree to the table of rooms: tools/layers.txt.

    tools/check_layers.py [--root DIR]

Checks every #include of every room and door, that public headers show no third-party type, that each
room's CMakeLists.txt links its row and lists its files, that no op misses its file in a room, and that
ARCHITECTURE.md shows the same table. Prints one line per violation; exit status 1 when there is any.
"""
import argparse
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
STANDARD = re.compile(r"^[a-z][a-z0-9_]*$")  # <vector>, <cstdint>: no extension, no folder
TEST_CODE = re.compile(r"(_(test|bench)\.[ch]pp|^test_\w+\.hpp)$")  # x_test.cpp, x_bench.cpp, test_files.hpp
CODE_SUFFIXES = (".hpp", ".cpp")
NOTHING = ("", "–", "-")


class Row:
    """One room or door: the rooms it may use and its libraries, each with the files it is limited to."""

    def __init__(self, name, uses, libraries):
        self.name, self.uses, self.libraries = name, uses, libraries


def split_list(text):
    return [] if text.strip() in NOTHING else [part.strip() for part in text.split(",") if part.strip()]


def parse_libraries(text):
    """'Highway, oneDNN (gemm.cpp)' gives {'Highway': None, 'oneDNN': {'gemm.cpp'}}."""
    libraries = {}
    for part in split_list(text):
        name, _, files = part.partition("(")
        libraries[name.strip()] = set(files.rstrip(")").split()) if files else None
    return libraries


class Layers:
    """tools/layers.txt."""

    def __init__(self, path):
        self.libraries, self.targets, self.system = {}, {}, []
        self.rooms, self.doors, self.table = {}, {}, {}
        self.test_libraries, self.test_rooms = [], {}
        self.op_rooms, self.described_only, self.no_ops = [], [], []
        section = ""
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            line = line.split("#")[0].strip()
            if not line:
                continue
            if line.startswith("["):
                section = line.strip("[]")
                continue
            try:
                self.read_line(section, line)
            except (ValueError, KeyError) as error:
                sys.exit(f"{path}:{number}: cannot read this line in section [{section}]: {error}")

    def read_line(self, section, line):
        cells = [cell.strip() for cell in line.split("|")]
        if section == "libraries":
            name, prefixes, targets = cells
            self.libraries[name] = prefixes.split()
            self.targets.update({target: name for target in targets.split()})
        elif section == "system":
            self.system += line.split()
        elif section in ("rooms", "doors"):
            name, uses, libraries = cells
            rooms = list(self.rooms) if uses == "all above" else split_list(uses)
            for room in rooms:
                if room not in self.rooms:
                    raise ValueError(f"'{name}' uses '{room}', which is no room above it")
            row = Row(name, rooms, parse_libraries(libraries))
            for library in row.libraries:
                self.libraries[library]  # a KeyError names an unknown library
            (self.rooms if section == "rooms" else self.doors)[name] = row
            self.table[name] = (uses, libraries)
        elif section == "tests":
            self.test_libraries += split_list(line)
        elif section == "test rooms":
            self.test_rooms[cells[0]] = split_list(cells[1])
        elif section == "ops":
            key, _, names = line.partition(":")
            if key == "rooms":
                self.op_rooms += split_list(names)
            elif key == "described only":
                self.described_only += split_list(names)
            elif key == "no ops":
                self.no_ops += split_list(names)
            else:
                raise ValueError(f"'{key}' is none of 'rooms', 'described only', 'no ops'")
        else:
            raise ValueError("no such section")

    def library_of(self, header):
        for name, prefixes in self.libraries.items():
            if any(header.startswith(prefix) for prefix in prefixes):
                return name
        return None


class RoomBuild:
    """The call of fanin_room(...) in a room's CMakeLists.txt."""

    KEYS = {"NAME", "ROOMS", "PRIVATE", "HEADERS", "SOURCES", "TESTS", "TEST_ROOMS", "TEST_PRIVATE", "BENCHES"}

    def __init__(self, path):
        text = re.sub(r"#[^\n]*", "", path.read_text(encoding="utf-8"))
        call = re.search(r"\bfanin_room\s*\(([^)]*)\)", text)
        self.found = call is not None
        self.values = {key: [] for key in self.KEYS}
        key = None
        for word in call.group(1).split() if call else []:
            if word in self.KEYS:
                key = word
            elif key:
                self.values[key].append(word)
        # A library that only some builds have is linked after the call.
        self.values["PRIVATE"] += re.findall(r"\bPRIVATE\s+\$<LINK_ONLY:([\w:]+)>", text)

    def __getitem__(self, key):
        return self.values[key]


class Source:
    """One file of code and what it may include."""

    def __init__(self, checker, file, row):
        layers, folder = checker.layers, checker.root / "fanin" / row.name
        self.file, self.row = file, row
        self.room = row.name if row.name in layers.rooms else None  # None: a door
        self.is_test = bool(TEST_CODE.search(file.name))
        self.is_public = bool(self.room) and checker.is_public(row.name, str(file.relative_to(folder)))
        self.rooms, self.libraries = {row.name, *row.uses}, dict(row.libraries)
        if self.is_test:
            self.rooms.update(layers.test_rooms.get(row.name, []))
            self.libraries.update({name: None for name in layers.test_libraries})


class Checker:
    def __init__(self, root):
        self.root = root
        self.layers = Layers(root / "tools" / "layers.txt")
        self.builds = {}
        self.problems = []
        self.files_checked = 0

    def report(self, where, text):
        shown = where.relative_to(self.root) if isinstance(where, Path) else where
        self.problems.append(f"{shown}: {text}")

    def run(self):
        for name in self.layers.rooms:
            build = self.root / "fanin" / name / "CMakeLists.txt"
            if build.exists():
                self.builds[name] = RoomBuild(build)
            elif self.code_files(build.parent):
                self.report(build, "the room has code but no CMakeLists.txt")
        for name, row in self.layers.rooms.items():
            if name in self.builds:
                self.check_room(row)
        for row in self.layers.doors.values():
            for file in self.code_files(self.root / row.name):
                self.check_file(file, row)
        for folder in sorted((self.root / "fanin").glob("*")):
            if folder.name not in self.layers.rooms:
                self.report(folder, "is no room of tools/layers.txt")
        self.check_ops()
        self.check_page()
        return self.problems

    def is_public(self, room, name):
        return room not in self.builds or name in self.builds[room]["HEADERS"]

    @staticmethod
    def code_files(folder):
        return sorted(file for file in folder.rglob("*") if file.suffix in CODE_SUFFIXES)

    def check_room(self, row):
        folder, build = self.root / "fanin" / row.name, self.builds[row.name]
        self.check_cmake(row, folder, build)
        used = set()
        for file in self.code_files(folder):
            libraries = self.check_file(file, row)
            used |= set() if TEST_CODE.search(file.name) else libraries
        linked = {self.layers.targets.get(target) for target in build["PRIVATE"]}
        for library in sorted((used & set(row.libraries)) - linked):
            self.report(folder / "CMakeLists.txt", f"includes {library} but PRIVATE does not link it")

    def check_cmake(self, row, folder, build):
        where = folder / "CMakeLists.txt"
        if not build.found or build["NAME"] != [row.name]:
            self.report(where, f"has no fanin_room(NAME {row.name} ...)")
            return
        uses = [room for room in row.uses if room in self.builds]
        if set(build["ROOMS"]) != set(uses):
            self.report(where, f"ROOMS is '{' '.join(build['ROOMS'])}', its row says '{' '.join(uses)}'")
        for room in build["TEST_ROOMS"]:
            if room not in [*row.uses, *self.layers.test_rooms.get(row.name, [])]:
                self.report(where, f"TEST_ROOMS names '{room}', which [test rooms] does not allow")
        test_libraries = [*row.libraries, *self.layers.test_libraries]
        for key, allowed in (("PRIVATE", row.libraries), ("TEST_PRIVATE", test_libraries)):
            for target in build[key]:
                if self.layers.targets.get(target) not in allowed:
                    self.report(where, f"{key} links '{target}', which its row does not allow")
        listed = {word for key in ("HEADERS", "SOURCES", "TESTS", "BENCHES") for word in build[key]}
        present = {str(file.relative_to(folder)) for file in self.code_files(folder)}
        for name in sorted(listed - present):
            self.report(where, f"lists '{name}', which does not exist")
        for name in sorted(present - listed):
            if name.endswith(".cpp"):
                self.report(where, f"does not list '{name}', so nobody builds it")
        for key, test_code in (("HEADERS", False), ("SOURCES", False), ("TESTS", True), ("BENCHES", True)):
            for name in build[key]:
                if bool(TEST_CODE.search(Path(name).name)) != test_code:
                    self.report(where, f"{key} lists '{name}', whose name says something else")
        for name in build["HEADERS"]:
            if name.endswith("-inl.hpp"):
                self.report(where, f"HEADERS lists '{name}', but -inl.hpp files are private")

    def check_file(self, file, row):
        """Checks the includes of one file; returns the libraries it uses."""
        self.files_checked += 1
        source = Source(self, file, row)
        used = set()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quoted, angled = match.groups()
            header = quoted or angled
            library = self.layers.library_of(header)
            if header.startswith("fanin/"):
                problem = self.problem_of_own(source, header)
            elif library:
                used.add(library)
                problem = self.problem_of_library(source, header, library)
            elif quoted:
                problem = self.problem_of_quoted(source, header)
            else:
                problem = self.problem_of_angled(source, header)
            if problem:
                self.report(f"{file.relative_to(self.root)}:{number}", problem)
        return used

    def problem_of_own(self, source, header):
        _, other, *rest = header.split("/")
        if other not in self.layers.rooms or not rest:
            return f'"{header}" names no room'
        if other not in source.rooms:
            uses = ", ".join(source.row.uses)
            return f"'{source.row.name}' may not include the room '{other}' (it may use: {uses})"
        if not (self.root / header).exists():
            return f'"{header}" does not exist'
        if TEST_CODE.search(rest[-1]) and not source.is_test:
            return f'"{header}" is for tests'
        if not self.is_public(other, "/".join(rest)):
            if other != source.room:
                return f"\"{header}\" is private to the room '{other}': its HEADERS do not list it"
            if source.is_public:
                return f'"{header}" is private, but a public header includes it'
        return None

    @staticmethod
    def problem_of_library(source, header, library):
        if library not in source.libraries:
            return f"<{header}> is {library}, which '{source.row.name}' may not use"
        limit = source.libraries[library]
        if limit is not None and source.file.name not in limit:
            return f"{library} is allowed in {', '.join(sorted(limit))} only"
        if source.is_public:
            return f"<{header}> ({library}) stands in a public header; only code and private headers may show it"
        return None

    def problem_of_quoted(self, source, header):
        beginnings = [] if source.room else [source.row.name + "/"]
        beginnings += ["tests/"] if source.is_test else []
        if not header.startswith(tuple(beginnings)):
            return f'"{header}": write the path from the root: "fanin/<room>/..."'
        return None if (self.root / header).exists() else f'"{header}" does not exist'

    def problem_of_angled(self, source, header):
        if any(header.startswith(prefix) for prefix in self.layers.system):
            if source.is_public:
                return f"<{header}> is the operating system's; only code and private headers may show it"
        elif not STANDARD.match(header):
            return f"<{header}> belongs to no library of tools/layers.txt"
        return None

    def check_ops(self):
        present = {
            room: {file.stem for file in (self.root / "fanin" / room / "ops").glob("*.cpp")
                   if not file.stem.endswith(("_test", "_bench")) and file.stem not in self.layers.no_ops}
            for room in self.layers.op_rooms
        }
        described = present.get("net", set())
        for room, ops in present.items():
            for op in sorted(described - ops - set(self.layers.described_only)):
                self.report(f"fanin/{room}/ops/{op}.cpp", f"is missing: every op has its file in {', '.join(present)}")
            for op in sorted(ops - described):
                self.report(f"fanin/{room}/ops/{op}.cpp", "is no op: fanin/net/ops has no file of that name")
        for op in self.layers.described_only:
            if op not in described:
                self.report("tools/layers.txt", f"'{op}' is described only, but fanin/net/ops does not know it")

    def check_page(self):
        """The table of ARCHITECTURE.md says the same as tools/layers.txt."""
        page = self.root / "ARCHITECTURE.md"
        if not page.exists():
            self.report("ARCHITECTURE.md", "does not exist")
            return
        rows = {}
        for line in page.read_text(encoding="utf-8").splitlines():
            cells = [cell.strip().replace("`", "") for cell in line.strip().strip("|").split("|")]
            if line.startswith("|") and len(cells) == 4:
                rows[cells[0].rstrip("/")] = (cells[2], cells[3])
        for name, row in self.layers.table.items():
            if rows.get(name) != row:
                self.report("ARCHITECTURE.md", f"the row of '{name}' should end in '| {row[0]} | {row[1]} |'")


def main():
    parser = argparse.ArgumentParser(description="Checks the includes of every room against tools/layers.txt.")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    checker = Checker(parser.parse_args().root.resolve())
    problems = checker.run()
    for problem in problems:
        print(problem)
    print(f"{checker.files_checked} files checked, {len(problems)} violations")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
