#include "fanin/io/npy.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

/// A version 1.0 file; the header's length is filled in.
std::string npy(const std::string& header, const std::string& values) {
  std::string file = "\x93NUMPY\x01";
  file += '\0';
  file += static_cast<char>(header.size());
  file += '\0';
  return file + header + values;
}

}  // namespace

std::vector<std::string> fanin::fuzz::seeds() {
  return {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", std::string(24, 'a')),
          npy("{'descr': '>i8', 'fortran_order': True, 'shape': (2, 1, 2), }\n", std::string(32, 'b')),
          npy("{'descr': '<u2', 'fortran_order': False, 'shape': (3,), }\n", "aabbcc"),
          npy("{'descr': '|b1', 'fortran_order': False, 'shape': (), }\n", "\1")};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanin;
  return fuzz::survive([&] {
    const io::Array array = io::parse_npy(fuzz::as_input(data, size), "fuzz.npy", fuzz::kLimit);
    FANIN_ASSERT(array.data.size() == static_cast<std::size_t>(array.shape.count()) * size_of(array.dtype));
  });
}
