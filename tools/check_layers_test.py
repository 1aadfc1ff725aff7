#!/usr/bin/env python3
"""Proves that check_layers.py passes a lawful tree and fails on each kind of planted violation."""
import tempfile
import unittest
from pathlib import Path

import check_layers

LAYERS = """
[libraries]
Highway    | hwy/    | hwy::hwy
oneDNN     | dnnl    | DNNL::dnnl
GoogleTest | gtest/  | GTest::gtest
CLI11      | CLI/    | CLI11::CLI11
[system]
unistd.h
[rooms]
core   | –         | Highway, oneDNN (gemm.cpp)
net    | core      | –
engine | all above | oneDNN
[doors]
apps/fanin | all above | CLI11
[tests]
GoogleTest
[test rooms]
[ops]
rooms: net, engine
described only: conv
"""

PAGE = """
| room | holds | may use | private third party |
|---|---|---|---|
| core | numbers | – | Highway, oneDNN (`gemm.cpp`) |
| net | ops | core | – |
| engine | steps | all above | oneDNN |
| `apps/fanin/` | doors | all above | CLI11 |
"""

LAWFUL = {
    "tools/layers.txt": LAYERS,
    "ARCHITECTURE.md": PAGE,
    "fanin/core/CMakeLists.txt": """fanin_room(NAME core
      PRIVATE DNNL::dnnl hwy::hwy HEADERS shape.hpp SOURCES gemm.cpp shape.cpp fast-inl.hpp TESTS shape_test.cpp)""",
    "fanin/core/shape.hpp": "#include <vector>\n",
    "fanin/core/secret.hpp": "#include <cstdint>\n",
    "fanin/core/fast-inl.hpp": "#include <hwy/highway.h>\n",
    "fanin/core/shape.cpp": '#include "fanin/core/shape.hpp"\n#include <unistd.h>\n#include "fanin/core/secret.hpp"\n',
    "fanin/core/gemm.cpp": "#include <dnnl.h>\n",
    "fanin/core/shape_test.cpp": '#include <gtest/gtest.h>\n#include "fanin/core/test_shapes.hpp"\n',
    "fanin/core/test_shapes.hpp": '#include <gtest/gtest.h>\n#include "tests/golden/file.hpp"\n',
    "tests/golden/file.hpp": "",
    "fanin/net/CMakeLists.txt": """fanin_room(NAME net # what a network is
      ROOMS core HEADERS op.hpp SOURCES ops/dense.cpp ops/conv.cpp)""",
    "fanin/net/op.hpp": '#include "fanin/core/shape.hpp"\n',
    "fanin/net/ops/dense.cpp": '#include "fanin/net/op.hpp"\n',
    "fanin/net/ops/conv.cpp": '#include "fanin/net/op.hpp"\n',
    "fanin/engine/CMakeLists.txt": """fanin_room(NAME engine
      ROOMS core net PRIVATE DNNL::dnnl SOURCES ops/dense.cpp)""",
    "fanin/engine/ops/dense.cpp": '#include <dnnl.h>\n#include "fanin/net/op.hpp"\n',
    "apps/fanin/main.cpp": '#include <CLI/CLI.hpp>\n#include "fanin/net/op.hpp"\n#include "apps/fanin/options.hpp"\n',
    "apps/fanin/options.hpp": "#include <string>\n",
}


def check(changes):
    """The problems of the lawful tree after `changes`: path to new text, or to None for no such file."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**LAWFUL, **changes}.items():
            if text is None:
                continue
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check_layers.Checker(Path(folder)).run()


class CheckLayers(unittest.TestCase):
    def expect(self, changes, *words):
        problems = check(changes)
        self.assertEqual(len(problems), 1, problems)
        for word in words:
            self.assertIn(word, problems[0])

    def add(self, name, line):
        return {name: LAWFUL[name] + line + "\n"}

    def replace(self, name, old, new):
        self.assertIn(old, LAWFUL[name])
        return {name: LAWFUL[name].replace(old, new)}

    def test_a_lawful_tree_passes(self):
        self.assertEqual(check({}), [])

    def test_a_room_that_looks_upward_fails(self):
        self.expect(self.add("fanin/core/shape.cpp", '#include "fanin/net/op.hpp"'),
                    "fanin/core/shape.cpp:4", "'core' may not include the room 'net'")

    def test_a_test_that_looks_upward_fails(self):
        self.expect(self.add("fanin/core/shape_test.cpp", '#include "fanin/net/op.hpp"'), "may not include")

    def test_a_library_outside_the_row_fails(self):
        self.expect(self.add("fanin/net/ops/dense.cpp", "#include <hwy/highway.h>"), "Highway, which 'net' may not use")

    def test_a_library_outside_its_file_fails(self):
        self.expect(self.add("fanin/core/shape.cpp", "#  include <dnnl.h>"), "oneDNN is allowed in gemm.cpp only")

    def test_a_library_that_only_some_builds_link_counts(self):
        name = "fanin/engine/CMakeLists.txt"
        without = LAWFUL[name].replace("PRIVATE DNNL::dnnl ", "")
        self.expect({name: without}, "includes oneDNN but PRIVATE does not link it")
        optional = "\nif(X)\n  target_link_libraries(fanin_engine PRIVATE $<LINK_ONLY:DNNL::dnnl>)\nendif()\n"
        self.assertEqual(check({name: without + optional}), [])

    def test_a_library_in_a_public_header_fails(self):
        self.expect(self.add("fanin/core/shape.hpp", "#include <hwy/highway.h>"), "stands in a public header")
        self.assertEqual(check(self.add("fanin/core/secret.hpp", "#include <hwy/highway.h>")), [])

    def test_a_test_library_in_code_fails(self):
        self.expect(self.add("fanin/core/shape.cpp", "#include <gtest/gtest.h>"), "GoogleTest")

    def test_a_test_header_in_code_fails(self):
        self.expect(self.add("fanin/core/shape.cpp", '#include "fanin/core/test_shapes.hpp"'), "is for tests")
        self.expect(self.add("fanin/core/shape.cpp", '#include "tests/golden/file.hpp"'), "from the root")

    def test_a_test_among_the_sources_fails(self):
        self.expect(self.replace("fanin/core/CMakeLists.txt", "TESTS shape_test.cpp", "shape_test.cpp"),
                    "SOURCES lists 'shape_test.cpp'")

    def test_an_unknown_library_fails(self):
        self.expect(self.add("fanin/core/shape.cpp", "#include <cblas.h>"), "belongs to no library")

    def test_a_system_header_in_a_public_header_fails(self):
        self.expect(self.add("fanin/core/shape.hpp", "#include <unistd.h>"), "operating system")

    def test_a_private_header_of_another_room_fails(self):
        self.expect(self.add("fanin/net/op.hpp", '#include "fanin/core/fast-inl.hpp"'), "is private to the room 'core'")

    def test_a_private_header_in_a_public_one_fails(self):
        self.expect(self.add("fanin/core/shape.hpp", '#include "fanin/core/secret.hpp"'), "a public header includes it")

    def test_an_include_by_relative_path_fails(self):
        self.expect(self.add("fanin/core/shape.cpp", '#include "shape.hpp"'), "write the path from the root")

        self.expect(self.add("apps/fanin/main.cpp", '#include "options.hpp"'), "write the path from the root")

    def test_an_include_of_nothing_fails(self):
        self.expect(self.add("fanin/core/shape.cpp", '#include "fanin/core/nothing.hpp"'), "does not exist")
        self.expect(self.add("apps/fanin/main.cpp", '#include "apps/fanin/nothing.hpp"'), "does not exist")

    def test_a_link_outside_the_row_fails(self):
        self.expect(self.replace("fanin/net/CMakeLists.txt", "ROOMS core", "ROOMS core PRIVATE DNNL::dnnl"),
                    "PRIVATE links 'DNNL::dnnl'")

    def test_a_library_that_is_used_but_not_linked_fails(self):
        self.expect(self.replace("fanin/core/CMakeLists.txt", "hwy::hwy", ""), "includes Highway")

    def test_rooms_that_differ_from_the_row_fail(self):
        self.expect(self.replace("fanin/engine/CMakeLists.txt", "ROOMS core net", "ROOMS net"),
                    "its row says 'core net'")

    def test_a_test_that_links_another_room_fails(self):
        self.expect(self.replace("fanin/core/CMakeLists.txt", "TESTS", "TEST_ROOMS engine TESTS"), "TEST_ROOMS")

    def test_a_file_that_nobody_builds_fails(self):
        self.expect({"fanin/core/forgotten.cpp": ""}, "does not list 'forgotten.cpp'")

    def test_a_listed_file_that_is_not_there_fails(self):
        self.expect({"fanin/core/fast-inl.hpp": None}, "lists 'fast-inl.hpp'")

    def test_a_public_inl_header_fails(self):
        changes = self.replace("fanin/core/CMakeLists.txt", "SOURCES gemm.cpp shape.cpp fast-inl.hpp",
                               "fast-inl.hpp SOURCES gemm.cpp shape.cpp")
        self.expect({**changes, "fanin/core/fast-inl.hpp": ""}, "-inl.hpp files are private")

    def test_an_op_without_its_file_fails(self):
        self.expect(self.replace("tools/layers.txt", "described only: conv", "described only:"),
                    "fanin/engine/ops/conv.cpp: is missing")

    def test_an_op_that_nobody_describes_fails(self):
        changes = {"fanin/engine/ops/pool.cpp": ""}
        changes.update(self.replace("fanin/engine/CMakeLists.txt", "ops/dense.cpp", "ops/dense.cpp ops/pool.cpp"))
        self.expect(changes, "ops/pool.cpp: is no op")

    def test_a_folder_that_is_no_room_fails(self):
        self.expect({"fanin/attic/old.hpp": ""}, "is no room")

    def test_a_door_that_uses_a_foreign_library_fails(self):
        self.expect(self.add("apps/fanin/main.cpp", "#include <dnnl.h>"), "'apps/fanin' may not use")

    def test_a_page_that_says_something_else_fails(self):
        self.expect(self.replace("ARCHITECTURE.md", "| net | ops | core | – |", "| net | ops | core | Highway |"),
                    "row of 'net'")

    def test_a_table_with_a_room_that_uses_one_below_it_is_refused(self):
        changes = self.replace("tools/layers.txt", "net    | core      | –", "net    | engine    | –")
        with self.assertRaisesRegex(SystemExit, "no room above it"):
            check(changes)


if __name__ == "__main__":
    unittest.main()
