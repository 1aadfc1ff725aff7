// chrono_bias(max_time): gate biases that let an LSTM or GRU remember over times spread up to max_time steps.
// The forget bias is log U[1, max_time - 1], the input bias its negative, the others zero; a GRU's update
// gate plays the forget gate's part and needs no opposite.
// Source: Tallec & Ollivier 2018, arXiv:1804.11188, section 3.
#include <bit>
#include <cmath>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/init/gate_runs.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/store.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

/// log x, x >= 1, by + - × ÷ alone, so that every machine gives the same bits. x = 2^e·m with m in
/// [√½, √2), log m = 2·artanh((m-1)/(m+1)); the first term left out is below 1e-18.
double portable_log(double x) {
  constexpr double kLog2 = 0.693147180559945309417;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  int exponent = static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++exponent;
  }
  const double t = (m - 1) / (m + 1);
  double sum = 0;
  for (int k = 23; k >= 1; k -= 2) sum = sum * t * t + 1.0 / k;
  return exponent * kLog2 + 2 * t * sum;
}

/// E logᵖ U, U uniform on [1, t]: the integral of logᵖ by parts, p = 0 … 4.
double log_moment(int power, double t) {
  const double l = std::log(t);
  const double at_one[5] = {1, -1, 2, -6, 24};
  double integral = t;  // ∫ log^p = x·log^p - p·∫ log^(p-1)
  for (int p = 1; p <= power; ++p) integral = t * std::pow(l, p) - p * integral;
  return (integral - at_one[power]) / (t - 1);
}

class ChronoRule final : public Initializer::Rule {
 public:
  ChronoRule(std::string text, double max_time) : Rule(std::move(text)), max_time_(max_time) {}

  void fill(const net::ParameterSpec& tensor, const Initializer::Fill& request,
            std::span<std::byte> out) const override {
    const MemoryGates gates = memory_gates(tensor);
    const GateAxis axis = gate_axis(tensor);
    for_gate_runs(tensor, request, out,
                  [&](std::int64_t gate, const Initializer::Fill& part, std::span<std::byte> run) {
                    if (gate != gates.forget && gate != gates.input) {
                      store_constant(0, part.dtype, run);
                      return;
                    }
                    // An input bias reads the draw of the forget bias it opposes.
                    const auto shift = static_cast<std::uint64_t>((gates.forget - gate) * axis.stride);
                    std::vector<double> values(run.size() / size_of(part.dtype));
                    random::fill(random::Stream(part.seed, tensor.name), part.first + shift,
                                 random::Law(random::Uniform{1, max_time_ - 1}), std::span(values));
                    for (double& value : values) value = (gate == gates.forget ? 1 : -1) * portable_log(value);
                    store(std::span<const double>(values), part.dtype, run);
                  });
  }

  [[nodiscard]] Initializer::Moments moments(const net::ParameterSpec& tensor) const override {
    const bool paired = memory_gates(tensor).input >= 0;
    const double share = paired ? 0.25 : 1.0 / 3.0;
    // Raw moments of the mixture; odd ones of a pair of opposites cancel.
    double raw[5] = {1, 0, 0, 0, 0};
    for (int p = 1; p <= 4; ++p) {
      const double one = share * log_moment(p, max_time_ - 1);
      raw[p] = paired ? (p % 2 == 0 ? 2 * one : 0) : one;
    }
    const double m = raw[1];
    const double variance = raw[2] - m * m;
    const double fourth = raw[4] - 4 * m * raw[3] + 6 * m * m * raw[2] - 3 * m * m * m * m;
    return {.mean = m, .std_dev = std::sqrt(variance), .kurtosis = fourth / (variance * variance)};
  }

 private:
  double max_time_;
};

RulePtr parse(CallReader& reader, Dialect dialect) {
  if (dialect != Dialect::fanin) refuse_dialect("chrono_bias", dialect, "leave the dialect out");
  const std::optional<double> max_time = reader.number("max_time");
  if (!max_time || !(*max_time >= 3 && *max_time <= 1e9)) {
    throw Error(ErrorCode::bad_value, "initializer chrono_bias",
                "it needs the longest time to remember, 3 to 1e9 steps, for example chrono_bias(max_time=784)");
  }
  return std::make_shared<ChronoRule>(CallText("chrono_bias").add("max_time", number_text(*max_time)).str(dialect),
                                      *max_time);
}

}  // namespace

const Scheme kChronoBias{
    {"chrono_bias", "max_time", "forget bias log U[1, max_time-1], input bias its negative, others 0",
     "Tallec & Ollivier 2018, arXiv:1804.11188", ""},
    parse};

}  // namespace fanin::init
