#include "fanin/io/safetensors_header.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <utility>

#include "fanin/io/byte_order.hpp"

namespace fanin::io {
namespace {

constexpr std::uint64_t kHeaderOffset = 8;  // behind the length
constexpr std::size_t kMaxRank = 64;
constexpr std::string_view kMetadataKey = "__metadata__";

struct KnownType {
  std::string_view name;
  std::size_t bytes;
  std::optional<DType> dtype;
};

constexpr std::array<KnownType, 17> kTypes{{{"F32", 4, DType::f32},
                                            {"F64", 8, DType::f64},
                                            {"F16", 2, DType::f16},
                                            {"BF16", 2, DType::bf16},
                                            {"U8", 1, DType::u8},
                                            {"I8", 1, DType::i8},
                                            {"I16", 2, DType::i16},
                                            {"I32", 4, DType::i32},
                                            {"I64", 8, DType::i64},
                                            {"BOOL", 1, DType::u8},
                                            {"U16", 2, std::nullopt},
                                            {"U32", 4, std::nullopt},
                                            {"U64", 8, std::nullopt},
                                            {"F8_E4M3", 1, std::nullopt},
                                            {"F8_E5M2", 1, std::nullopt},
                                            {"F8_E8M0", 1, std::nullopt},
                                            {"C64", 8, std::nullopt}}};

const KnownType* find_type(std::string_view name) noexcept {
  const auto* type = std::ranges::find(kTypes, name, &KnownType::name);
  return type == kTypes.end() ? nullptr : type;
}

/// Takes nlohmann's events and accepts exactly the shape of a safetensors header:
/// {"name": {"dtype": text, "shape": [n, …], "data_offsets": [begin, end]}, …, "__metadata__": {text: text}}.
class HeaderReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderReader(std::string_view file) : file_(file) {}

  struct Tensor {
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::vector<std::uint64_t> data_offsets;
  };
  std::vector<Tensor> tensors;
  SafetensorsMetadata metadata;

  bool start_object(std::size_t /*elements*/) override {
    switch (state_) {
      case State::start: state_ = State::names; return true;
      case State::tensor_value: state_ = State::tensor_keys; return true;
      case State::metadata_value: state_ = State::metadata_keys; return true;
      default: fail("an object stands where none belongs");
    }
  }

  bool key(std::string& text) override {
    switch (state_) {
      case State::names: begin_name(text); return true;
      case State::tensor_keys: begin_field(text); return true;
      default:  // metadata_keys: the parser gives keys in objects only
        if (metadata.contains(text)) fail("the metadata key '" + text + "' occurs twice");
        metadata_key_ = text;
        state_ = State::metadata_text;
        return true;
    }
  }

  bool string(std::string& text) override {
    if (state_ == State::dtype) {
      tensors.back().dtype = text;
      state_ = State::tensor_keys;
      return true;
    }
    if (state_ != State::metadata_text) fail("the text '" + text.substr(0, kShown) + "' stands where none belongs");
    metadata.emplace(metadata_key_, text);
    state_ = State::metadata_keys;
    return true;
  }

  bool start_array(std::size_t /*elements*/) override {
    if (state_ == State::shape) {
      state_ = State::shape_numbers;
    } else if (state_ == State::offsets) {
      state_ = State::offset_numbers;
    } else {
      fail("a list stands where none belongs");
    }
    return true;
  }

  bool number_unsigned(std::uint64_t value) override {
    if (state_ == State::shape_numbers) {
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) fail("an extent is too large");
      if (tensors.back().shape.size() == kMaxRank) fail("a tensor has more than 64 dimensions");
      tensors.back().shape.push_back(static_cast<std::int64_t>(value));
    } else if (state_ == State::offset_numbers) {
      if (tensors.back().data_offsets.size() == 2) fail("data_offsets holds more than two numbers");
      tensors.back().data_offsets.push_back(value);
    } else {
      fail("a number stands where none belongs");
    }
    return true;
  }

  bool end_array() override {
    if (state_ == State::offset_numbers && tensors.back().data_offsets.size() != 2) {
      fail("data_offsets holds fewer than two numbers");
    }
    state_ = State::tensor_keys;
    return true;
  }

  bool end_object() override {
    if (state_ == State::tensor_keys && fields_.size() != 3) fail("dtype, shape or data_offsets is missing");
    state_ = state_ == State::names ? State::finished : State::names;
    return true;
  }

  bool null() override { fail("null stands where none belongs"); }
  bool boolean(bool /*value*/) override { fail("a truth value stands where none belongs"); }
  bool number_integer(std::int64_t /*value*/) override { fail("a negative number stands where none belongs"); }
  bool number_float(double /*value*/, const std::string& /*text*/) override {
    fail("a number is no integer below 2^64");
  }
  bool binary(nlohmann::json::binary_t& /*value*/) override { fail("binary data stand where none belong"); }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    throw damaged(file_, kHeaderOffset + position, std::string("the header is no JSON: ") + error.what());
  }

 private:
  static constexpr std::size_t kShown = 40;

  enum class State {
    start,
    names,
    tensor_value,
    tensor_keys,
    dtype,
    shape,
    shape_numbers,
    offsets,
    offset_numbers,
    metadata_value,
    metadata_keys,
    metadata_text,
    finished,
  };

  void begin_name(const std::string& name) {
    if (!names_.insert(name).second) fail("the key '" + name + "' occurs twice");
    if (name == kMetadataKey) {
      state_ = State::metadata_value;
      return;
    }
    tensors.emplace_back().name = name;
    fields_.clear();
    state_ = State::tensor_value;
  }

  void begin_field(const std::string& field) {
    if (!fields_.insert(field).second) fail("the key '" + field + "' occurs twice");
    if (field == "dtype") {
      state_ = State::dtype;
    } else if (field == "shape") {
      state_ = State::shape;
    } else if (field == "data_offsets") {
      state_ = State::offsets;
    } else {
      fail("unknown key '" + field + "'");
    }
  }

  [[noreturn]] void fail(const std::string& reason) const {
    const bool in_tensor = !tensors.empty() && state_ != State::names && state_ != State::metadata_keys;
    const std::string place = in_tensor ? "tensor '" + tensors.back().name + "': " : std::string();
    throw damaged(file_, kHeaderOffset, "the header is damaged: " + place + reason);
  }

  std::string_view file_;
  State state_ = State::start;
  std::set<std::string, std::less<>> names_;
  std::set<std::string, std::less<>> fields_;
  std::string metadata_key_;
};

SafetensorsEntry checked_entry(HeaderReader::Tensor& tensor, std::string_view file, std::uint64_t data_start,
                               std::uint64_t data_bytes) {
  const KnownType* type = find_type(tensor.dtype);
  if (type == nullptr) {
    throw Error(ErrorCode::unsupported, std::string(file),
                "tensor '" + tensor.name + "' has the unknown element type '" + tensor.dtype + "'");
  }
  const std::uint64_t begin = tensor.data_offsets[0];
  const std::uint64_t end = tensor.data_offsets[1];
  const auto fail = [&](const std::string& reason) {
    throw damaged(file, kHeaderOffset, "the header is damaged: tensor '" + tensor.name + "' " + reason);
  };
  if (begin > end || end > data_bytes) {
    fail("takes bytes " + std::to_string(begin) + " to " + std::to_string(end) + " of " + std::to_string(data_bytes));
  }
  Shape shape = checked_shape(std::move(tensor.shape), type->bytes, file, kHeaderOffset);
  if (static_cast<std::uint64_t>(shape.count()) * type->bytes != end - begin) {
    fail("has shape " + to_string(shape) + " of " + tensor.dtype + ", but " + std::to_string(end - begin) + " bytes");
  }
  return {std::move(tensor.name), std::move(tensor.dtype), std::move(shape), data_start + begin, end - begin};
}

/// The tensors must follow each other without holes or overlaps and fill the data.
void check_coverage(const std::vector<SafetensorsEntry>& entries, std::string_view file, std::uint64_t data_start,
                    std::uint64_t data_bytes) {
  std::uint64_t expected = data_start;
  for (const SafetensorsEntry& entry : entries) {
    if (entry.offset != expected) {
      throw damaged(file, entry.offset,
                    std::string(entry.offset > expected ? "a hole lies before" : "another tensor overlaps") +
                        " tensor '" + entry.name + "'");
    }
    expected += entry.bytes;
  }
  if (expected != data_start + data_bytes) {
    throw damaged(file, expected, "bytes follow the last tensor");
  }
}

}  // namespace

std::optional<DType> dtype_of(const SafetensorsEntry& entry) noexcept {
  const KnownType* type = find_type(entry.dtype);
  return type == nullptr ? std::nullopt : type->dtype;
}

std::string_view safetensors_name(DType dtype) noexcept {
  return std::ranges::find(kTypes, std::optional(dtype), &KnownType::dtype)->name;
}

std::string json_quoted(std::string_view text) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorCode::bad_value, std::string(text), "is no valid UTF-8 text, which JSON needs");
  }
}

SafetensorsHeader parse_safetensors_header(std::string_view json, std::string_view name, std::uint64_t data_bytes) {
  // nlohmann's lexer takes a zero byte for the end and skips a byte order mark; the format knows neither.
  const std::size_t zero = json.find('\0');
  if (zero != std::string_view::npos) throw damaged(name, kHeaderOffset + zero, "the header holds a zero byte");
  if (!json.starts_with('{')) throw damaged(name, kHeaderOffset, "the header does not start with '{'");
  HeaderReader reader(name);
  nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
  SafetensorsHeader header;
  header.metadata = std::move(reader.metadata);
  const std::uint64_t data_start = kHeaderOffset + json.size();
  for (HeaderReader::Tensor& tensor : reader.tensors) {
    header.entries.push_back(checked_entry(tensor, name, data_start, data_bytes));
  }
  std::ranges::sort(header.entries, [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
    return std::tie(a.offset, a.bytes, a.name) < std::tie(b.offset, b.bytes, b.name);
  });
  check_coverage(header.entries, name, data_start, data_bytes);
  return header;
}

}  // namespace fanin::io
