#include "fanin/io/cifar10.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace fanin::io {
namespace {

constexpr std::size_t kImageBytes = 3 * 32 * 32;
constexpr std::size_t kRecordBytes = 1 + kImageBytes;
constexpr std::uint8_t kClasses = 10;

Cifar10Batch read_from(ByteSource& source, std::uint64_t limit) {
  const std::vector<std::uint8_t> bytes = read_rest(source, limit);
  const std::size_t records = bytes.size() / kRecordBytes;
  if (bytes.empty() || bytes.size() % kRecordBytes != 0) {
    std::string message = bytes.empty() ? "the file is empty" : "the data end inside a record";
    message += "; a CIFAR-10 batch is records of 3073 bytes: a label, then 3 x 32 x 32 pixels";
    throw damaged(source.name(), bytes.size(), message);
  }
  const auto count = static_cast<std::int64_t>(records);
  Cifar10Batch batch;
  batch.images = {DType::u8, Shape{count, 3, 32, 32}, std::vector<std::uint8_t>(records * kImageBytes), source.name()};
  batch.labels = {DType::u8, Shape{count}, std::vector<std::uint8_t>(records), source.name()};
  for (std::size_t record = 0; record < records; ++record) {
    const std::uint8_t* const begin = bytes.data() + record * kRecordBytes;
    if (*begin >= kClasses) {
      throw damaged(source.name(), record * kRecordBytes,
                    "the label of record " + std::to_string(record) + " is " + std::to_string(*begin) +
                        "; CIFAR-10 has the classes 0 to 9");
    }
    batch.labels.data[record] = *begin;
    std::copy_n(begin + 1, kImageBytes, batch.images.data.data() + record * kImageBytes);
  }
  return batch;
}

}  // namespace

Cifar10Batch read_cifar10(const std::filesystem::path& path, std::uint64_t limit) {
  return read_from(*open_source(path), limit);
}

Cifar10Batch parse_cifar10(std::span<const std::byte> bytes, std::string_view name, std::uint64_t limit) {
  return read_from(*open_source(bytes, name), limit);
}

}  // namespace fanin::io
