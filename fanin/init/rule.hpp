// The private side of an initializer: what a scheme must answer. Most schemes draw independent
// elements and only say which law a tensor gets (LawRule); the others fill slices themselves.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "fanin/init/initializer.hpp"

namespace fanin::init {

class Initializer::Rule {
 public:
  virtual ~Rule() = default;
  Rule(const Rule&) = delete;
  Rule& operator=(const Rule&) = delete;

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// The slice is not empty and lies inside the tensor. @throws Error bad_shape.
  virtual void fill(const net::ParameterSpec& tensor, const Fill& request, std::span<std::byte> out) const = 0;
  [[nodiscard]] virtual double std_dev(const net::ParameterSpec& tensor) const = 0;
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
  [[nodiscard]] double std_dev(const net::ParameterSpec& tensor) const final { return init::std_dev(law_of(tensor)); }
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

}  // namespace fanin::init
