#include "fanin/io/csv.hpp"
#include "tests/fuzz/fuzz_target.hpp"

std::vector<std::string> fanin::fuzz::seeds() {
  return {"a,b,kind\r\n1,2.5,\"c \"\"d\"\"\"\r\n3,-4e2,e\r\n", "1;2\n3;4\n\n5;6", "x\ty\n\"1\n2\"\t3\n",
          "\xEF\xBB\xBFlabel,p0,p1\n5,0,255\n7,12,0\n"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanin;
  return fuzz::survive([&] {
    io::CsvOptions options;
    options.max_bytes = fuzz::kLimit;
    options.max_columns = 1000;
    const io::CsvTable table = io::parse_csv(fuzz::as_input(data, size), "fuzz.csv", options);
    FANIN_ASSERT(table.lines.size() == table.rows);
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const io::CsvColumn& column = table.columns[i];
      FANIN_ASSERT((column.numeric ? column.numbers.size() : column.texts.size()) == table.rows);
      fuzz::survive([&] { static_cast<void>(table.numbers(i)); });
    }
  });
}
