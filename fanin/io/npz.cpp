#include "fanin/io/npz.hpp"

#include <algorithm>
#include <utility>

#include "fanin/core/suggest.hpp"
#include "fanin/io/npy.hpp"

namespace fanin::io {
namespace {

constexpr std::string_view kSuffix = ".npy";

}  // namespace

NpzFile::NpzFile(const std::filesystem::path& path) : archive_(open_store(path)) { list_names(); }

NpzFile::NpzFile(std::span<const std::byte> bytes, std::string_view name) : archive_(open_store(bytes, name)) {
  list_names();
}

void NpzFile::list_names() {
  for (const ZipEntry& entry : archive_.entries()) {
    if (!entry.name.ends_with(kSuffix)) continue;
    names_.push_back(entry.name.substr(0, entry.name.size() - kSuffix.size()));
  }
}

bool NpzFile::contains(std::string_view name) const noexcept { return std::ranges::find(names_, name) != names_.end(); }

Array NpzFile::read(std::string_view name, std::uint64_t limit) const {
  const std::string member = std::string(name) + std::string(kSuffix);
  const auto& entries = archive_.entries();
  const auto entry = std::ranges::find(entries, member, &ZipEntry::name);
  if (entry == entries.end()) {
    throw Error(ErrorCode::unknown_name, source(), "no array '" + std::string(name) + "'; " + suggestion(name, names_));
  }
  return read_npy(*archive_.open(*entry), limit);
}

NpzWriter::NpzWriter(const std::filesystem::path& path, ZipMethod method)
    : zip_(path), path_(path.string()), method_(method) {}

void NpzWriter::add(std::string_view name, const ArrayView& array) {
  const std::uint64_t bytes = static_cast<std::uint64_t>(array.shape.count()) * size_of(array.dtype);
  if (array.data.size() != bytes) {
    throw Error(ErrorCode::bad_shape, path_ + ", array " + std::string(name),
                to_string(array.shape) + " takes " + std::to_string(bytes) + " bytes, but " +
                    std::to_string(array.data.size()) + " are given");
  }
  begin(name, array.dtype, array.shape);
  write(array.data);
  end();
}

void NpzWriter::begin(std::string_view name, DType dtype, const Shape& shape) {
  const std::string header = npy_header(dtype, shape);
  zip_.begin(std::string(name) + std::string(kSuffix), method_);
  zip_.write(std::as_bytes(std::span(header)));
  name_ = name;
  missing_ = static_cast<std::uint64_t>(shape.count()) * size_of(dtype);
}

void NpzWriter::write(std::span<const std::byte> values) {
  if (values.size() > missing_) {
    throw Error(
        ErrorCode::bad_shape, path_ + ", array " + name_,
        std::to_string(values.size()) + " bytes are given, but the shape leaves room for " + std::to_string(missing_));
  }
  zip_.write(values);
  missing_ -= values.size();
}

void NpzWriter::end() {
  if (missing_ != 0) {
    throw Error(ErrorCode::bad_shape, path_ + ", array " + name_,
                std::to_string(missing_) + " bytes are missing to fill its shape");
  }
  zip_.end();
}

void NpzWriter::commit() { zip_.commit(); }

}  // namespace fanin::io
