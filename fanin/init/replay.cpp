#include "fanin/init/replay.hpp"

#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/init/rule.hpp"
#include "fanin/init/store.hpp"

namespace fanin::init {
namespace {

template <typename T>
void draw_from(random::Replay& stream, const Law& law, random::CutForm form, std::span<std::byte> out) {
  std::vector<T> values(out.size() / sizeof(T));
  const std::span<T> all(values);
  if (const auto* uniform = std::get_if<random::Uniform>(&law)) stream.uniform(*uniform, all);
  if (const auto* normal = std::get_if<random::Normal>(&law)) stream.normal(*normal, all);
  if (const auto* cut = std::get_if<random::TruncatedNormal>(&law)) stream.truncated_normal(*cut, form, all);
  store(std::span<const T>(values), sizeof(T) == sizeof(float) ? DType::f32 : DType::f64, out);
}

void check_dtype(const net::ParameterSpec& tensor, DType dtype) {
  if (dtype == DType::f32 || dtype == DType::f64) return;
  throw Error(ErrorCode::unsupported, tensor.name,
              "a replayed stream gives f32 and f64, not " + std::string(to_string(dtype)) +
                  ": the libraries draw half types in other ways; take f32, or fanin's own stream");
}

}  // namespace

bool law_replays(const Law& law, std::string_view library) {
  return library == "torch" || !std::holds_alternative<random::TruncatedNormal>(law);
}

void replay_law(const Law& law, random::CutForm form, random::Replay& stream, DType dtype, std::span<std::byte> out) {
  if (const auto* constant = std::get_if<Constant>(&law)) {
    store_constant(constant->value, dtype, out);
  } else if (dtype == DType::f64) {
    draw_from<double>(stream, law, form, out);
  } else {
    draw_from<float>(stream, law, form, out);
  }
}

void check_replay(const Initializer& rule, const net::ParameterSpec& tensor, std::string_view library, DType dtype) {
  const Initializer::Rule& inner = Initializer::rule_of(rule);
  if (!inner.replays(tensor, library, dtype)) {
    throw Error(ErrorCode::unsupported, tensor.name,
                "stream " + std::string(library) + " has no " + rule.text() + " as " + std::string(to_string(dtype)) +
                    "; a replayed stream draws uniform and normal values, torch also truncated ones and, with "
                    "dialect=pytorch, orthogonal in f32 and sparse; take such a rule, or fanin's own stream");
  }
  // Last, since rules without randomness fit every type.
  if (inner.moments(tensor).random) check_dtype(tensor, dtype);
}

void replay(const Initializer& rule, const net::ParameterSpec& tensor, random::Replay& stream, DType dtype,
            std::span<std::byte> out) {
  check_float(dtype);
  const auto count = static_cast<std::size_t>(tensor.shape().count());
  if (out.size() != count * size_of(dtype)) {
    throw Error(ErrorCode::bad_shape, tensor.name,
                std::to_string(out.size()) + " bytes were given for shape " + fanin::to_string(tensor.shape()) +
                    " of " + std::string(to_string(dtype)));
  }
  if (out.empty()) return;
  const Initializer::Rule& inner = Initializer::rule_of(rule);
  if (inner.moments(tensor).random) check_dtype(tensor, dtype);
  inner.replay(tensor, stream, dtype, out);
}

}  // namespace fanin::init
