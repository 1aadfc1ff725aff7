// gates(rule, rule, …): a rule of its own for each matrix packed along a tensor's gate axis, in the
// order of packing: input, forget, cell, output for an LSTM; reset, update, candidate for a GRU; query,
// key, value for attention. forget_bias(value): gates(zeros, constant(value), zeros, zeros) for an LSTM's
// bias, or the update gate of a GRU's, which plays the forget gate's part.
// Source of the forget bias: Gers et al. 2000; Jozefowicz et al. 2015.
#include <algorithm>
#include <cmath>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/init/gate_runs.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

constexpr std::size_t kMostGates = 8;

class GatesRule final : public Initializer::Rule {
 public:
  GatesRule(std::string text, std::vector<Initializer> rules) : Rule(std::move(text)), rules_(std::move(rules)) {}

  void fill(const net::ParameterSpec& tensor, const Initializer::Fill& request,
            std::span<std::byte> out) const override {
    check(tensor);
    for_gate_runs(tensor, request, out, [&](std::int64_t gate, Initializer::Fill part, std::span<std::byte> run) {
      rules_[static_cast<std::size_t>(gate)].fill(tensor, part, run);
    });
  }

  /// Of the mixture, taking each gate's law as symmetric about its mean.
  [[nodiscard]] Initializer::Moments moments(const net::ParameterSpec& tensor) const override {
    check(tensor);
    const auto count = static_cast<double>(rules_.size());
    Initializer::Moments mixture{.mean = 0, .std_dev = 0, .kurtosis = 1, .random = false};
    for (const Initializer& rule : rules_) mixture.mean += rule.moments(tensor).mean / count;
    double variance = 0;
    double fourth = 0;
    for (const Initializer& rule : rules_) {
      const Initializer::Moments part = rule.moments(tensor);
      const double square = part.std_dev * part.std_dev;
      const double offset = (part.mean - mixture.mean) * (part.mean - mixture.mean);
      variance += (square + offset) / count;
      fourth += (part.kurtosis * square * square + 6 * square * offset + offset * offset) / count;
      mixture.random = mixture.random || part.random;
    }
    mixture.std_dev = std::sqrt(variance);
    if (variance > 0) mixture.kurtosis = fourth / (variance * variance);
    return mixture;
  }
  [[nodiscard]] bool slices_are_cheap() const noexcept override {
    return std::all_of(rules_.begin(), rules_.end(), [](const Initializer& r) { return r.slices_are_cheap(); });
  }

 private:
  void check(const net::ParameterSpec& tensor) const {
    const std::int64_t found = gate_axis(tensor).extent;
    if (found == static_cast<std::int64_t>(rules_.size())) return;
    throw Error(ErrorCode::bad_shape, tensor.name,
                text() + " has rules for " + std::to_string(rules_.size()) + " packed matrices, but the tensor packs " +
                    std::to_string(found));
  }

  std::vector<Initializer> rules_;
};

RulePtr parse_gates(CallReader& reader, Dialect dialect) {
  std::vector<Initializer> rules;
  CallText text("gates");
  while (rules.size() < kMostGates) {
    const std::optional<std::string> rule = reader.text("rule" + std::to_string(rules.size() + 1));
    if (!rule) break;
    rules.push_back(parse_initializer(*rule, dialect));
    text.add(rules.back().text());
  }
  if (rules.empty()) {
    throw Error(ErrorCode::bad_value, "initializer gates",
                "it needs one rule for each packed matrix, for example gates(glorot_uniform, glorot_uniform, zeros)");
  }
  return std::make_shared<GatesRule>(text.str(), std::move(rules));
}

class ForgetBiasRule final : public Initializer::Rule {
 public:
  ForgetBiasRule(std::string text, double value) : Rule(std::move(text)), value_(value) {}

  void fill(const net::ParameterSpec& tensor, const Initializer::Fill& request,
            std::span<std::byte> out) const override {
    const MemoryGates gates = memory_gates(tensor);
    for_gate_runs(tensor, request, out,
                  [&](std::int64_t gate, const Initializer::Fill& part, std::span<std::byte> run) {
                    draw(Constant{gate == gates.forget ? value_ : 0}, random::Stream(part.seed, tensor.name),
                         {.dtype = part.dtype}, run);
                  });
  }
  [[nodiscard]] Initializer::Moments moments(const net::ParameterSpec& tensor) const override {
    (void)memory_gates(tensor);
    return moments_of_mask(1.0 / static_cast<double>(gate_axis(tensor).extent), value_);
  }
  [[nodiscard]] bool replays(const net::ParameterSpec&, std::string_view, DType) const override { return true; }
  void replay(const net::ParameterSpec& tensor, random::Replay&, DType dtype, std::span<std::byte> out) const override {
    fill(tensor, {.dtype = dtype}, out);
  }

 private:
  double value_;
};

RulePtr parse_forget_bias(CallReader& reader, Dialect dialect) {
  if (dialect != Dialect::fanin) refuse_dialect("forget_bias", dialect, "leave the dialect out");
  const double value = checked_f32(reader.number("value", 1), "forget_bias", "value");
  return std::make_shared<ForgetBiasRule>(CallText("forget_bias").add_unless("value", value, 1).str(dialect), value);
}

}  // namespace

const Scheme kGates{{"gates", "rule, rule, …", "each packed matrix by its own rule", "", ""}, parse_gates};
const Scheme kForgetBias{{"forget_bias", "value=1", "value for the forget gate, 0 for the others",
                          "Gers et al. 2000; Jozefowicz et al. 2015", ""},
                         parse_forget_bias};

}  // namespace fanin::init
