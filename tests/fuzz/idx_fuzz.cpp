#include "fanin/io/idx.hpp"
#include "tests/fuzz/fuzz_target.hpp"

std::vector<std::string> fanin::fuzz::seeds() {
  using std::string_literals::operator""s;
  return {"\0\0\x08\2\0\0\0\2\0\0\0\3abcdef"s, "\0\0\x0E\1\0\0\0\1\x40\x09\x21\xFB\x54\x44\x2D\x18"s,
          "\0\0\x0B\3\0\0\0\1\0\0\0\1\0\0\0\2\1\2\3\4"s};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanin;
  return fuzz::survive([&] {
    const io::Array array = io::parse_idx(fuzz::as_input(data, size), "fuzz.idx", fuzz::kLimit);
    FANIN_ASSERT(array.data.size() == static_cast<std::size_t>(array.shape.count()) * size_of(array.dtype));
  });
}
