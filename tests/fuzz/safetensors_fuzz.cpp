#include "fanin/io/safetensors.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

std::string safetensors(const std::string& json, std::size_t data_bytes) {
  std::string file(8, '\0');
  file[0] = static_cast<char>(json.size());
  return file + json + std::string(data_bytes, 'd');
}

}  // namespace

std::vector<std::string> fanin::fuzz::seeds() {
  return {safetensors(R"({"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
                      R"("b":{"dtype":"U8","shape":[3],"data_offsets":[16,19]}}  )",
                      19),
          safetensors(R"({"a":{"dtype":"BF16","shape":[],"data_offsets":[0,2]}})", 2),
          R"({"metadata":{"total_size":8},"weight_map":{"a":"m-00001-of-00001.safetensors"}})"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanin;
  fuzz::survive([&] { io::parse_safetensors_index(fuzz::as_input(data, size), "fuzz.json"); });
  return fuzz::survive([&] {
    const io::SafetensorsFile file(fuzz::as_input(data, size), "fuzz.safetensors");
    for (const io::SafetensorsEntry& entry : file.entries()) {
      fuzz::survive([&] { static_cast<void>(file.read(entry, fuzz::kLimit)); });
    }
  });
}
