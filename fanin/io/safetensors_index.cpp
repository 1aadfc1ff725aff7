#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "fanin/io/safetensors.hpp"
#include "fanin/io/safetensors_header.hpp"

namespace fanin::io {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kTotalSize = "total_size";
constexpr std::string_view kWeightMap = "weight_map";

/// Takes the events of {"metadata": {"total_size": n, …}, "weight_map": {tensor: file}}. Other metadata
/// are skipped when they are plain values.
class IndexReader final : public nlohmann::json_sax<Json> {
 public:
  explicit IndexReader(std::string_view file) : file_(file) {}

  SafetensorsIndex index;

  [[nodiscard]] bool complete() const noexcept { return sections_.contains(kWeightMap); }

  bool start_object(std::size_t /*elements*/) override {
    if (depth_ == 2 || (depth_ == 1 && section_.empty())) fail("an object stands where none belongs");
    ++depth_;
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool key(std::string& text) override {
    if (depth_ == 1) {
      if (text != "metadata" && text != kWeightMap) fail("unknown key '" + text + "'");
      if (!sections_.insert(text).second) fail("the key '" + text + "' occurs twice");
      section_ = text;
    }
    key_ = text;
    return true;
  }
  bool string(std::string& text) override {
    if (depth_ != 2) fail("a text stands where none belongs");
    if (section_ != kWeightMap) return plain();
    if (text.empty() || text == "." || text == ".." || text.find_first_of("/\\") != std::string::npos) {
      fail("tensor '" + key_ + "' lies in '" + text + "', which is no file name in this folder");
    }
    if (!index.file_of.emplace(key_, text).second) fail("tensor '" + key_ + "' occurs twice");
    return true;
  }
  bool number_unsigned(std::uint64_t value) override {
    if (section_ == "metadata" && key_ == kTotalSize) index.total_bytes = value;
    return plain();
  }
  bool null() override { return plain(); }
  bool boolean(bool /*value*/) override { return plain(); }
  bool number_integer(std::int64_t /*value*/) override { return plain(); }
  bool number_float(double value, const std::string& /*text*/) override {
    // Some writers give total_size as 1.0e9.
    if (section_ == "metadata" && key_ == kTotalSize && value >= 0 && value < 0x1p63) {
      index.total_bytes = static_cast<std::uint64_t>(value);
    }
    return plain();
  }
  bool start_array(std::size_t /*elements*/) override { fail("a list stands where none belongs"); }
  bool end_array() override { return true; }
  bool binary(Json::binary_t& /*value*/) override { fail("binary data stand where none belong"); }
  bool parse_error(std::size_t position, const std::string& /*token*/, const Json::exception& error) override {
    throw damaged(file_, position, std::string("is no JSON: ") + error.what());
  }

 private:
  /// A value that is allowed among the metadata only.
  bool plain() const {
    if (depth_ != 2 || section_ == kWeightMap) fail("a value of the wrong kind stands under '" + key_ + "'");
    return true;
  }
  [[noreturn]] void fail(const std::string& reason) const {
    throw damaged(file_, 0, "is no safetensors index: " + reason);
  }

  std::string_view file_;
  int depth_ = 0;
  std::set<std::string, std::less<>> sections_;
  std::string section_;
  std::string key_;
};

SafetensorsIndex index_of(ByteSource& source) {
  const std::vector<std::uint8_t> text = read_rest(source, kMaxSafetensorsHeader);
  const auto zero = std::ranges::find(text, std::uint8_t{0});  // which nlohmann's lexer takes for the end
  if (zero != text.end()) {
    throw damaged(source.name(), static_cast<std::uint64_t>(zero - text.begin()), "is no JSON: it holds a zero byte");
  }
  IndexReader reader(source.name());
  Json::sax_parse(text.begin(), text.end(), &reader);
  if (!reader.complete()) throw damaged(source.name(), 0, "is no safetensors index: weight_map is missing");
  return std::move(reader.index);
}

}  // namespace

SafetensorsIndex read_safetensors_index(const std::filesystem::path& path) { return index_of(*open_source(path)); }

SafetensorsIndex parse_safetensors_index(std::span<const std::byte> bytes, std::string_view name) {
  return index_of(*open_source(bytes, name));
}

}  // namespace fanin::io
