#include "fanin/io/cifar10.hpp"
#include "tests/fuzz/fuzz_target.hpp"

std::vector<std::string> fanin::fuzz::seeds() {
  std::string batch;
  for (int label = 0; label < 2; ++label) {
    batch.push_back(static_cast<char>(label + 5));
    for (int i = 0; i < 3072; ++i) batch.push_back(static_cast<char>(i * (label + 3) % 256));
  }
  return {batch, batch.substr(0, 3073)};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanin;
  return fuzz::survive([&] {
    const io::Cifar10Batch batch = io::parse_cifar10(fuzz::as_input(data, size), "fuzz.bin", fuzz::kLimit);
    FANIN_ASSERT(batch.images.data.size() == 3072 * batch.labels.data.size() && !batch.labels.data.empty());
    for (const std::uint8_t label : batch.labels.data) FANIN_ASSERT(label < 10);
  });
}
