// The private side of an initializer: what a scheme must answer. Most schemes draw independent
// elements and only say which law a tensor gets (LawRule); the others fill slices themselves.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/init/initializer.hpp"
#include "fanin/init/packed_layout.hpp"
#include "fanin/random/replay.hpp"

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
  /// Whether replay() can draw from this library's stream (random::replay_names) in this type, f32 or f64 if random.
  [[nodiscard]] virtual bool replays(const net::ParameterSpec&, std::string_view /*library*/, DType) const {
    return false;
  }
  /// The whole, nonempty tensor. @throws Error unsupported.
  virtual void replay(const net::ParameterSpec& tensor, random::Replay&, DType, std::span<std::byte>) const {
    throw Error(ErrorCode::unsupported, tensor.name,
                text_ + " is defined on fanin's own stream only; no other library draws it");
  }

 protected:
  explicit Rule(std::string text) : text_(std::move(text)) {}

 private:
  std::string text_;
};

/// Whether a replayed stream can draw from the law.
bool law_replays(const Law& law, std::string_view library);
/// Draws the elements of a law from a replayed stream. @param dtype  f32 or f64, any float type for a constant.
void replay_law(const Law& law, random::CutForm form, random::Replay& stream, DType dtype, std::span<std::byte> out);

/// A scheme with independent elements: all it says is the law a tensor gets.
class LawRule : public Initializer::Rule {
 public:
  void fill(const net::ParameterSpec& tensor, const Initializer::Fill& request, std::span<std::byte> out) const final {
    draw(law_of(tensor), random::Stream(request.seed, tensor.name),
         {.first = request.first, .dtype = request.dtype, .threads = request.threads}, out);
  }
  [[nodiscard]] Initializer::Moments moments(const net::ParameterSpec& tensor) const final {
    const Law law = law_of(tensor);
    return {.mean = mean(law),
            .std_dev = std_dev(law),
            .kurtosis = kurtosis(law),
            .random = !std::holds_alternative<Constant>(law)};
  }
  [[nodiscard]] std::optional<Law> law(const net::ParameterSpec& tensor) const final { return law_of(tensor); }
  [[nodiscard]] bool replays(const net::ParameterSpec& tensor, std::string_view library, DType) const final {
    return law_replays(law_of(tensor), library);
  }
  void replay(const net::ParameterSpec& tensor, random::Replay& stream, DType dtype,
              std::span<std::byte> out) const final {
    replay_law(law_of(tensor), cut_form(), stream, dtype, out);
  }

 protected:
  using Rule::Rule;
  /// How PyTorch's stream computes a truncated law.
  [[nodiscard]] virtual random::CutForm cut_form() const { return random::CutForm::relative; }
  /// @throws Error bad_shape when the tensor has no fans and the scheme needs them.
  [[nodiscard]] virtual Law law_of(const net::ParameterSpec& tensor) const = 0;
};

/// The same law for every tensor.
class FixedLaw final : public LawRule {
 public:
  FixedLaw(std::string text, const Law& law, random::CutForm form = random::CutForm::relative)
      : LawRule(std::move(text)), law_(law), form_(form) {}

 protected:
  [[nodiscard]] random::CutForm cut_form() const override { return form_; }
  [[nodiscard]] Law law_of(const net::ParameterSpec&) const override { return law_; }

 private:
  Law law_;
  random::CutForm form_;
};

/// A scheme without randomness: the value follows from where the element lies.
class PlacedRule : public Initializer::Rule {
 public:
  void fill(const net::ParameterSpec& tensor, const Initializer::Fill& request, std::span<std::byte> out) const final;
  [[nodiscard]] bool replays(const net::ParameterSpec&, std::string_view, DType) const final { return true; }
  void replay(const net::ParameterSpec& tensor, random::Replay&, DType dtype, std::span<std::byte> out) const final {
    fill(tensor, {.dtype = dtype}, out);
  }

 protected:
  using Rule::Rule;
  /// How the tensor is cut into matrices. @throws Error bad_shape.
  [[nodiscard]] virtual PackedLayout layout_of(const net::ParameterSpec& tensor) const { return PackedLayout(tensor); }
  /// Whatever the values of one tensor have in common is worked out once, here.
  /// @throws Error bad_shape.
  [[nodiscard]] virtual std::function<double(const Place&)> values(const net::ParameterSpec& tensor,
                                                                   const PackedLayout& layout) const = 0;
};

/// Moments of a tensor with this fraction of its elements at `value` and the others 0.
Initializer::Moments moments_of_mask(double fraction, double value);

}  // namespace fanin::init
