// Initializers of one tensor, as named in the literature and parsed from text:
//   zeros  ones  constant(0.1)  uniform(-0.05, 0.05)  normal(std=0.01)  truncated_normal(std=0.02)
//   lecun_normal  glorot_uniform(gain=relu)  he_normal(mode=fan_out)  xavier_* kaiming_* as aliases
//
//     const init::Initializer he = init::parse_initializer("he_normal");
//     he.fill(spec, /*seed=*/1, /*first=*/0, values);
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fanin/core/dtype.hpp"
#include "fanin/init/dialect.hpp"
#include "fanin/init/law.hpp"
#include "fanin/net/graph.hpp"
#include "fanin/net/parameter.hpp"

namespace fanin::init {

/// A rule that gives every element of a tensor its initial value. A value type; cheap to copy.
class Initializer final {
 public:
  class Rule;  // the private side: one per scheme, in a file of its name under schemes/

  explicit Initializer(std::shared_ptr<const Rule> rule);

  /// Elements first, first + 1, … of the tensor in its description's layout.
  /// @throws Error bad_shape when the rule needs fans and the tensor has none, or the slice is out
  ///         of range.
  void fill(const net::ParameterSpec& tensor, std::uint64_t seed, std::uint64_t first, std::span<float> out) const;

  /// The same in any float type, by several threads.
  struct Fill {
    std::uint64_t seed = 1;
    std::uint64_t first = 0;   ///< element
    DType dtype = DType::f32;  ///< f32, f64, bf16 or f16
    unsigned threads = 1;      ///< >= 1; the bytes do not depend on it
  };
  /// @param out  raw elements of that type; its size is a multiple of the element's.
  /// @throws Error bad_shape as above, unsupported (not a float type).
  void fill(const net::ParameterSpec& tensor, const Fill& request, std::span<std::byte> out) const;
  /// False when a slice costs as much as the whole tensor (orthogonal, sparse): ask for it at once.
  [[nodiscard]] bool slices_are_cheap() const noexcept;

  /// The standard deviation of the values the rule gives `tensor`, by its formula.
  [[nodiscard]] double std_dev(const net::ParameterSpec& tensor) const;
  /// What an audit expects of the values.
  struct Moments {
    double mean = 0;
    double std_dev = 0;
    double kurtosis = 3;  ///< of one element; 1 where the sum of squares is fixed (orthogonal)
    bool random = true;   ///< false: the values follow from the shape alone
  };
  [[nodiscard]] Moments moments(const net::ParameterSpec& tensor) const;
  /// The law of each element when the rule draws them independently, else nothing (orthogonal, …).
  [[nodiscard]] std::optional<Law> law(const net::ParameterSpec& tensor) const;
  /// Canonical text that parses back to the same rule: "normal(std=0.01)".
  [[nodiscard]] const std::string& text() const noexcept;
  /// For this room's other files.
  static const Rule& rule_of(const Initializer& initializer) noexcept { return *initializer.rule_; }

 private:
  std::shared_ptr<const Rule> rule_;
};

/// @throws Error unknown_name with the nearest names, bad_syntax, bad_value.
Initializer parse_initializer(std::string_view text);
/// In another library's dialect, unless the text names one itself: "he_normal(dialect=keras)".
/// @throws Error also unsupported when that library has no such scheme.
Initializer parse_initializer(std::string_view text, Dialect dialect);

/// What a scheme gives a parameter of `graph`: weights, embeddings and recurrent weights get
/// `weights`, biases and shifts zeros, scales ones.
/// @param sink  called once per parameter, in the order of graph.parameters().
void initialize(const net::Graph& graph, const Initializer& weights, std::uint64_t seed,
                const std::function<void(const net::ParameterSpec&, std::span<const float>)>& sink);

}  // namespace fanin::init
