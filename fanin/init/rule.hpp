// The private side of an initializer: what a scheme must answer. Most schemes draw independent
// elements and only say which law a tensor gets (LawRule); the others fill slices themselves.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "fanin/init/initializer.hpp"
#include "fanin/init/packed_layout.hpp"

namespace fanin::init {

class Initializer::Rule {
 public:
  virtual ~Rule() = default;
  Rule(const Rule&) = delete;
  Rule& operator=(const Rule&) = delete;

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// The slice is not empty and lies inside the tensor. @throws Error bad_shape.
  virtual void fill(const net::ParameterSpec& tensor, const Fill& request, std::span<std::byte> out) const = 0;
  /// Moments of the values, for audits; the standard deviation is the formula's.
  [[nodiscard]] virtual Moments moments(const net::ParameterSpec& tensor) const = 0;
  /// The law of each element when they are independent draws from one law.
  [[nodiscard]] virtual std::optional<Law> law(const net::ParameterSpec&) const { return std::nullopt; }
  [[nodiscard]] virtual bool slices_are_cheap() const noexcept { return true; }

 protected:
  explicit Rule(std::string text) : text_(std::move(text)) {}

 private:
  std::string text_;
};

/// A scheme with independent elements: all it says is the law a tensor gets.
class LawRule : public Initializer::Rule {
 public:
  void fill(const net::ParameterSpec& tensor, const Initializer::Fill& request, std::span<std::byte> out) const final {
    draw(law_of(tensor), random::Stream(request.seed, tensor.name),
         {.first = request.first, .dtype = request.dtype, .threads = request.threads}, out);
  }
  [[nodiscard]] Initializer::Moments moments(const net::ParameterSpec& tensor) const final {
    const Law law = law_of(tensor);
    return {.mean = mean(law), .std_dev = std_dev(law), .kurtosis = kurtosis(law)};
  }
  [[nodiscard]] std::optional<Law> law(const net::ParameterSpec& tensor) const final { return law_of(tensor); }

 protected:
  using Rule::Rule;
  /// @throws Error bad_shape when the tensor has no fans and the scheme needs them.
  [[nodiscard]] virtual Law law_of(const net::ParameterSpec& tensor) const = 0;
};

/// The same law for every tensor.
class FixedLaw final : public LawRule {
 public:
  FixedLaw(std::string text, const Law& law) : LawRule(std::move(text)), law_(law) {}

 protected:
  [[nodiscard]] Law law_of(const net::ParameterSpec&) const override { return law_; }

 private:
  Law law_;
};

/// A scheme without randomness: the value follows from where the element lies.
class PlacedRule : public Initializer::Rule {
 public:
  void fill(const net::ParameterSpec& tensor, const Initializer::Fill& request, std::span<std::byte> out) const final;

 protected:
  using Rule::Rule;
  /// Whatever the values of one tensor have in common is worked out once, here.
  /// @throws Error bad_shape.
  [[nodiscard]] virtual std::function<double(const Place&)> values(const net::ParameterSpec& tensor,
                                                                   const PackedLayout& layout) const = 0;
};

/// Moments of a tensor with this fraction of its elements at `value` and the others 0.
Initializer::Moments moments_of_mask(double fraction, double value);

}  // namespace fanin::init
