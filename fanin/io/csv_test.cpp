#include "fanin/io/csv.hpp"

#include <gtest/gtest.h>

#include <string>

#include "fanin/io/test_bytes.hpp"

namespace fanin::io {
namespace {

CsvTable parse(const std::string& text, const CsvOptions& options = {}) {
  return parse_csv(as_input(text), "t.csv", options);
}

std::vector<double> numbers(const CsvTable& table, std::size_t column) {
  const std::span<const double> found = table.numbers(column);
  return {found.begin(), found.end()};
}

using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

TEST(Csv, NumbersBecomeDoublesAndTextStaysText) {
  const CsvTable table = parse("width,height,kind\n1.5,2,cat\n-3e2,+4,dog\n");
  EXPECT_TRUE(table.has_header);
  EXPECT_EQ(table.rows, 2U);
  EXPECT_EQ(table.columns[0].name, "width");
  EXPECT_EQ(numbers(table, 0), (Numbers{1.5, -300}));
  EXPECT_EQ(numbers(table, 1), (Numbers{2, 4}));
  EXPECT_EQ(table.columns[2].texts, (Texts{"cat", "dog"}));
  EXPECT_EQ(table.lines, (std::vector<std::size_t>{2, 3}));
}

TEST(Csv, AHeaderIsRecognizedByTextAboveNumbers) {
  EXPECT_TRUE(parse("a,b\n1,2\n").has_header);
  EXPECT_TRUE(parse("id,0,1\n7,8,9\n").has_header);  // names that are numbers
  EXPECT_TRUE(parse(",a,b\n0,1,2\n").has_header);    // pandas' nameless index
  EXPECT_TRUE(parse("colour,shape\nred,round\n").has_header);
  EXPECT_TRUE(parse("a,b\n").has_header);
  EXPECT_FALSE(parse("1,2\n3,4\n").has_header);
  EXPECT_FALSE(parse("5.1,3.5,Iris-setosa\n4.9,3.0,Iris-setosa\n").has_header);  // UCI's iris.data
  EXPECT_FALSE(parse(",2\n3,4\n").has_header);                                   // a missing first value
  const CsvTable bare = parse("5,1\n");
  EXPECT_FALSE(bare.has_header);
  EXPECT_EQ(bare.columns[1].name, "1");
}

TEST(Csv, TheHeaderCanBeDictated) {
  CsvOptions options;
  options.header = CsvHeader::present;
  EXPECT_EQ(parse("1,2\n3,4\n", options).rows, 1U);
  options.header = CsvHeader::absent;
  EXPECT_EQ(parse("a,b\nc,d\n", options).columns[0].texts, (Texts{"a", "c"}));
}

TEST(Csv, TheDelimiterIsRecognized) {
  EXPECT_EQ(parse("a,b\n1,2\n").delimiter, ',');
  EXPECT_EQ(parse("a;b\n1;2\n").delimiter, ';');
  EXPECT_EQ(parse("a\tb\n1\t2\n").delimiter, '\t');
  EXPECT_EQ(parse("a;b\n\"x,y\";2\n\"z\";3\n").delimiter, ';');
  EXPECT_EQ(parse("a,b\n\"x;y\",2\n\"z\",3\n").delimiter, ',');
  EXPECT_EQ(parse("single\n1\n2\n").columns.size(), 1U);
  CsvOptions options;
  options.delimiter = ',';
  EXPECT_EQ(parse("a;b,c\n1;2,3\n", options).columns.size(), 2U);
}

TEST(Csv, QuotedCellsFollowRfc4180) {
  const CsvTable table = parse("a,b\r\n\"x, \"\"y\"\"\r\nz\",1\r\n \"\" ,2\r\n\"last\",3");
  EXPECT_EQ(table.columns[0].texts, (Texts{"x, \"y\"\r\nz", "", "last"}));
  EXPECT_EQ(numbers(table, 1), (Numbers{1, 2, 3}));
  EXPECT_EQ(table.lines, (std::vector<std::size_t>{2, 4, 5}));
}

TEST(Csv, LineEndsOfAllSystemsAndAMissingLastOneAreEqual) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    for (const std::string& last : {end, std::string()}) {
      const CsvTable table = parse("a,b" + end + "1,2" + end + end + "3,4" + last);
      EXPECT_EQ(numbers(table, 1), (Numbers{2, 4}));
      EXPECT_EQ(table.lines, (std::vector<std::size_t>{2, 4}));
    }
  }
  EXPECT_EQ(parse("\xEF\xBB\xBF"
                  "a,b\n1,2\n")
                .columns[0]
                .name,
            "a");
}

TEST(Csv, BlanksAroundUnquotedCellsAreDropped) {
  const CsvTable table = parse("a , b\n 1 , two words \n2,\" kept \"\n");
  EXPECT_EQ(table.columns[1].name, "b");
  EXPECT_EQ(numbers(table, 0), (Numbers{1, 2}));
  EXPECT_EQ(table.columns[1].texts, (Texts{"two words", " kept "}));
}

TEST(Csv, ACellThatIsNoNumberIsNamedWithFileLineAndColumn) {
  const CsvTable table = parse("a,b\n1,2\n3,oops\n5,6\n");
  expect_error(ErrorCode::bad_data, "t.csv, line 3, column 2: 'oops' is no finite number",
               [&] { static_cast<void>(table.numbers(1)); });
  for (const std::string cell : {"nan", "inf", "1e999", "0x10", "1 2", "--1", "+-1", "1.5f"}) {
    const CsvTable one = parse("a,b\n" + cell + ",2\n");
    expect_error(ErrorCode::bad_data, "line 2, column 1", [&] { static_cast<void>(one.numbers(0)); });
  }
  expect_error(ErrorCode::bad_data, "the cell is empty", [] { static_cast<void>(parse("a,b\n1,2\n,3\n").numbers(0)); });
  expect_error(ErrorCode::bad_data, "with a point, not a comma",
               [] { static_cast<void>(parse("a;b\n1,5;2\n").numbers(0)); });
}

TEST(Csv, ColumnsAreFoundByNameThenByIndex) {
  const CsvTable table = parse("label,1,x,x\n0,1,2,3\n");
  EXPECT_EQ(table.find("label"), 0U);
  EXPECT_EQ(table.find("1"), 1U);
  EXPECT_EQ(table.find("2"), 2U);
  EXPECT_EQ(table.find("-1"), 3U);
  expect_error(ErrorCode::unknown_name, "did you mean label", [&] { static_cast<void>(table.find("labl")); });
  expect_error(ErrorCode::unknown_name, "no column '4' among 4", [&] { static_cast<void>(table.find("4")); });
  expect_error(ErrorCode::unknown_name, "no column '-5'", [&] { static_cast<void>(table.find("-5")); });
  expect_error(ErrorCode::bad_value, "2 columns are named 'x'", [&] { static_cast<void>(table.find("x")); });
}

TEST(Csv, DamagedTextIsRefusedWithItsLine) {
  expect_error(ErrorCode::bad_data, "line 3: has 3 cells", [] { parse("a,b\n1,2\n3,4,5\n"); });
  expect_error(ErrorCode::bad_data, "line 2, column 1: the quote opened here", [] { parse("a,b\n\"1,2\n3,4\n"); });
  expect_error(ErrorCode::bad_data, "line 2, column 2: text follows", [] { parse("a,b\n1,\"2\"3\n"); });
  expect_error(ErrorCode::bad_data, "byte offset 5: holds a zero byte", [] { parse(std::string("a,b\n1\0,2", 8)); });
  expect_error(ErrorCode::bad_data, "UTF-16", [] {
    parse(
        "\xFF\xFE"
        "a");
  });
}

TEST(Csv, TheLimitsHold) {
  CsvOptions options;
  options.max_record_bytes = 100;
  expect_error(ErrorCode::bad_data, "longer than 100 bytes", [&] { parse(std::string(200, '1') + "\n", options); });
  expect_error(ErrorCode::bad_data, "longer than 100 bytes",
               [&] { parse("a\n\"" + std::string(200, '\n') + "\"\n", options); });
  options = {};
  options.max_columns = 10;
  expect_error(ErrorCode::bad_data, "more than 10 columns", [&] { parse("1,2,3,4,5,6,7,8,9,10,11\n", options); });
  options = {};
  options.max_bytes = 10;
  expect_error(ErrorCode::bad_data, "raise the limit", [&] { parse("1,2\n3,4\n5,6\n", options); });
}

TEST(Csv, NothingGivesAnEmptyTable) {
  EXPECT_EQ(parse("").rows, 0U);
  EXPECT_TRUE(parse("\n\n  \n").columns.empty());
}

TEST(Csv, CutOrFlippedTextGivesATableOrAnError) {
  const std::string text = "name;x\r\n\"a \"\"b\"\"\";1.5\r\n\"c\r\nd\";-2e3\r\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    try {
      parse(text.substr(0, size));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::bad_data);
    }
  }
  const std::size_t refused = count_refused_bit_flips(
      text, [](std::span<const std::byte> bytes, std::string_view name) { parse_csv(bytes, name); });
  EXPECT_GT(refused, 0U);
}

TEST(Csv, AFileIsReadFromDisk) {
  const TemporaryFolder folder;
  put_file(folder / "t.csv", "a,b\n1,2\n");
  EXPECT_EQ(numbers(read_csv(folder / "t.csv"), 1), (Numbers{2}));
  expect_error(ErrorCode::missing_data, "none.csv", [&] { read_csv(folder / "none.csv"); });
}

}  // namespace
}  // namespace fanin::io
