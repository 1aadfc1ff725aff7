// The schemes whose values are more than independent draws from one law.
#include <gmock/gmock.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <map>

#include "fanin/core/error.hpp"
#include "fanin/core/orthogonal.hpp"
#include "fanin/init/catalogue.hpp"
#include "fanin/init/initializer.hpp"
#include "fanin/random/rounding.hpp"

namespace fanin::init {
namespace {

using net::Axis;
using net::Dimension;
using net::ParameterRole;
using net::ParameterSpec;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

ParameterSpec tensor(std::vector<Dimension> dimensions) { return {"w", ParameterRole::weight, std::move(dimensions)}; }
ParameterSpec matrix(std::int64_t out, std::int64_t in) { return tensor({{{Axis::out, out}}, {{Axis::in, in}}}); }
ParameterSpec lstm_bias(std::int64_t units) {
  return {"lstm.bias", ParameterRole::bias, {{{Axis::gate, 4}, {Axis::channel, units}}}};
}
const ParameterSpec kConv =
    tensor({{{Axis::group, 2}, {Axis::out, 4}}, {{Axis::in, 3}}, {{Axis::kernel, 3}}, {{Axis::kernel, 2}}});
const ParameterSpec kTransposed = tensor({{{Axis::group, 2}, {Axis::in, 3}}, {{Axis::out, 5}}, {{Axis::kernel, 3}}});
const ParameterSpec kPacked = tensor({{{Axis::gate, 3}, {Axis::head, 2}, {Axis::out, 4}}, {{Axis::in, 8}}});

std::vector<float> draw_all(std::string_view text, const ParameterSpec& spec, std::uint64_t seed = 1,
                            unsigned threads = 1) {
  std::vector<float> values(static_cast<std::size_t>(spec.shape().count()));
  parse_initializer(text).fill(spec, {.seed = seed, .threads = threads}, std::as_writable_bytes(std::span(values)));
  return values;
}

std::string thrown(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing";
}

TEST(Schemes, EveryOneGivesSlicesOfTheWholeInEveryType) {
  const std::vector<std::pair<std::string, ParameterSpec>> cases{
      {"orthogonal", kPacked},
      {"orthogonal(per_head=true)", kPacked},
      {"orthogonal(gain=2)", kConv},
      {"orthogonal", kTransposed},
      {"delta_orthogonal", kConv},
      {"delta_orthogonal", kTransposed},
      {"identity(gain=0.5)", kPacked},
      {"dirac", kConv},
      {"dirac", kTransposed},
      {"zero_init", kConv},
      {"sparse(0.4)", kConv},
      {"siren_hidden", kConv},
      {"siren_first", kConv},
      {"pytorch_linear", kConv},
      {"variance_scaling(2, fan_avg, truncated_normal)", kConv},
      {"chrono_bias(20)", lstm_bias(7)},
      {"forget_bias", lstm_bias(7)},
      {"gates(orthogonal, zeros, he_uniform)", kPacked},
      {"scaled(orthogonal, 0.5)", kPacked},
      {"scaled(he_normal, 3)", kPacked}};
  for (const auto& [text, spec] : cases) {
    const Initializer rule = parse_initializer(text);
    const std::vector<float> all = draw_all(text, spec);
    for (const auto& [first, length] : {std::pair<std::size_t, std::size_t>{0, 5}, {3, 17}, {11, 1}, {9, 19}}) {
      std::vector<float> part(length);
      rule.fill(spec, 1, first, part);
      EXPECT_THAT(part, ElementsAreArray(all.begin() + static_cast<std::ptrdiff_t>(first),
                                         all.begin() + static_cast<std::ptrdiff_t>(first + length)))
          << text;
    }
    EXPECT_EQ(draw_all(text, spec, 1, 3), all) << text;
    std::vector<std::uint16_t> half(all.size());
    rule.fill(spec, {.seed = 1, .dtype = DType::bf16}, std::as_writable_bytes(std::span(half)));
    std::vector<double> wide(all.size());
    rule.fill(spec, {.seed = 1, .dtype = DType::f64}, std::as_writable_bytes(std::span(wide)));
    for (std::size_t i = 0; i < all.size(); ++i) {
      ASSERT_EQ(half[i], random::to_bf16(all[i])) << text << " element " << i;
      ASSERT_NEAR(wide[i], static_cast<double>(all[i]), 2e-6) << text << " element " << i;
    }
    EXPECT_EQ(parse_initializer(rule.text()).text(), rule.text());
  }
}

TEST(Schemes, MomentsAgreeWithTheValues) {
  const std::vector<std::pair<std::string, ParameterSpec>> cases{{"orthogonal", kPacked},
                                                                 {"orthogonal(per_head=true)", kPacked},
                                                                 {"orthogonal(gain=2)", kConv},
                                                                 {"delta_orthogonal", kConv},
                                                                 {"identity(gain=0.5)", kPacked},
                                                                 {"identity", matrix(3, 7)},
                                                                 {"dirac", kConv},
                                                                 {"zero_init", kConv},
                                                                 {"zero_init", matrix(13, 5)},
                                                                 {"zero_init", matrix(5, 13)},
                                                                 {"forget_bias(2)", lstm_bias(7)}};
  for (const auto& [text, spec] : cases) {
    const Initializer::Moments moments = parse_initializer(text).moments(spec);
    double sum = 0;
    double squares = 0;
    const std::vector<float> values = draw_all(text, spec);
    for (const float value : values) sum += static_cast<double>(value);
    const auto n = static_cast<double>(values.size());
    const double center = moments.random ? 0 : sum / n;  // orthogonal: only the sum of squares is fixed
    for (const float value : values) squares += std::pow(static_cast<double>(value) - center, 2);
    if (!moments.random) {
      EXPECT_NEAR(moments.mean, sum / n, 1e-7) << text;
    }
    EXPECT_NEAR(moments.std_dev, std::sqrt(squares / n), 1e-6) << text;
  }
}

TEST(Orthogonal, EachPackedMatrixIsOrthonormalAndTheyDiffer) {
  const std::vector<float> values = draw_all("orthogonal", kPacked);
  for (std::size_t gate = 0; gate < 3; ++gate) {
    EXPECT_LT(orthogonality_error(8, 8, std::span(values).subspan(gate * 64, 64)), 3e-6) << gate;
  }
  EXPECT_NE(std::vector<float>(values.begin(), values.begin() + 64),
            std::vector<float>(values.begin() + 64, values.begin() + 128));
  const std::vector<float> heads = draw_all("orthogonal(per_head=true)", kPacked);
  for (std::size_t head = 0; head < 6; ++head) {
    EXPECT_LT(orthogonality_error(4, 8, std::span(heads).subspan(head * 32, 32)), 3e-6) << head;
  }
  const std::vector<float> kernel = draw_all("orthogonal(gain=2)", kConv);
  std::vector<float> group(kernel.begin() + 4 * 18, kernel.end());  // [4, 3·3·2]
  for (float& value : group) value /= 2;
  EXPECT_LT(orthogonality_error(4, 18, group), 3e-6);
}

TEST(Orthogonal, OtherLibrariesSeeOneMatrix) {
  const std::vector<float> values = draw_all("orthogonal(dialect=pytorch)", kPacked);
  EXPECT_LT(orthogonality_error(24, 8, values), 3e-6);
  EXPECT_EQ(parse_initializer("orthogonal(dialect=pytorch)").std_dev(kPacked), 1 / std::sqrt(24.0));
}

TEST(DeltaOrthogonal, OnlyTheCentreTapIsNonzeroAndOrthogonal) {
  const ParameterSpec kernel = tensor({{{Axis::out, 6}}, {{Axis::in, 4}}, {{Axis::kernel, 3}}, {{Axis::kernel, 3}}});
  const std::vector<float> values = draw_all("delta_orthogonal", kernel);
  std::vector<float> center;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % 9 == 4) {
      center.push_back(values[i]);
    } else {
      EXPECT_EQ(values[i], 0.0F);
    }
  }
  EXPECT_LT(orthogonality_error(6, 4, center), 3e-6);
  const ParameterSpec narrowing = tensor({{{Axis::out, 3}}, {{Axis::in, 4}}, {{Axis::kernel, 3}}});
  EXPECT_THAT(thrown([&] { draw_all("delta_orthogonal(dialect=jax)", narrowing); }), HasSubstr("as many outputs"));
}

TEST(Identity, IsPaddedWithZerosAndRefusesKernels) {
  EXPECT_THAT(draw_all("identity(gain=2)", matrix(2, 3)), ElementsAre(2, 0, 0, 0, 2, 0));
  EXPECT_THAT(thrown([] { draw_all("identity", kConv); }), HasSubstr("dirac"));
  EXPECT_THAT(draw_all("eye", matrix(2, 2)), ElementsAre(1, 0, 0, 1));
}

TEST(Dirac, AgreesWithPyTorch) {
  // torch.nn.init.dirac_(torch.empty(4, 2, 3), groups=2): ones at [0,0,1], [1,1,1], [2,0,1], [3,1,1].
  const ParameterSpec plain = tensor({{{Axis::out, 4}}, {{Axis::in, 2}}, {{Axis::kernel, 3}}});
  std::vector<float> expected(24, 0.0F);
  expected[0 * 6 + 0 * 3 + 1] = expected[1 * 6 + 1 * 3 + 1] = expected[2 * 6 + 0 * 3 + 1] =
      expected[3 * 6 + 1 * 3 + 1] = 1;
  EXPECT_EQ(draw_all("dirac(groups=2)", plain), expected);
  const ParameterSpec grouped = tensor({{{Axis::group, 2}, {Axis::out, 2}}, {{Axis::in, 2}}, {{Axis::kernel, 3}}});
  EXPECT_EQ(draw_all("dirac", grouped), expected);
  EXPECT_EQ(draw_all("dirac(2)", grouped), expected);
  // groups=1: ones at [0,0,1] and [1,1,1] only.
  expected[2 * 6 + 1] = expected[3 * 6 + 3 + 1] = 0;
  EXPECT_EQ(draw_all("dirac", plain), expected);
  EXPECT_THAT(thrown([&] { draw_all("dirac(3)", plain); }), HasSubstr("groups=3"));
}

TEST(ZeroInit, IsIdentityOrHadamard) {
  EXPECT_THAT(draw_all("zero_init", matrix(2, 3)), ElementsAre(1, 0, 0, 0, 1, 0));
  // 3 > 2: m = 2, c = 2^(-1/2), the Hadamard matrix of order 4 cut to [3, 2].
  const auto c = static_cast<float>(std::sqrt(0.5));
  EXPECT_THAT(draw_all("zero_init", matrix(3, 2)), ElementsAre(c, c, c, -c, c, c));
}

TEST(Sparse, EveryInputLosesTheSameNumberOfWeights) {
  const ParameterSpec w = matrix(10, 300);
  const std::vector<float> values = draw_all("sparse(sparsity=0.73)", w);
  std::vector<int> zeros_of_output(10, 0);
  for (std::size_t in = 0; in < 300; ++in) {
    int zeros = 0;
    for (std::size_t out = 0; out < 10; ++out) {
      if (values[out * 300 + in] != 0.0F) continue;
      ++zeros;
      ++zeros_of_output[out];
    }
    EXPECT_EQ(zeros, 8) << in;  // ⌈7.3⌉
  }
  // Each output loses 8/10 of its weights on average: 240, standard deviation √(300·.8·.2) = 6.9.
  for (const int zeros : zeros_of_output) EXPECT_NEAR(zeros, 240, 4 * 6.9);
  EXPECT_THAT(draw_all("sparse(1)", w), Each(0.0F));
  EXPECT_DOUBLE_EQ(parse_initializer("sparse(0.75)").std_dev(matrix(4, 4)), 0.005);
}

TEST(Chrono, ForgetBiasesAreLogUniformAndInputBiasesTheirOpposites) {
  constexpr std::size_t n = 20000;
  const std::vector<float> bias = draw_all("chrono_bias(max_time=101)", lstm_bias(n));
  std::vector<double> times;
  for (std::size_t j = 0; j < n; ++j) {
    EXPECT_EQ(bias[j], -bias[n + j]);
    EXPECT_EQ(bias[2 * n + j], 0.0F);
    EXPECT_EQ(bias[3 * n + j], 0.0F);
    times.push_back(std::exp(static_cast<double>(bias[n + j])));
  }
  // exp(b_f) is uniform on [1, 100]: Kolmogorov–Smirnov at the 0.1 % level, 1.95/√n.
  std::sort(times.begin(), times.end());
  double distance = 0;
  for (std::size_t j = 0; j < n; ++j) {
    distance = std::max(distance, std::abs((times[j] - 1) / 99 - (static_cast<double>(j) + 0.5) / n));
  }
  EXPECT_LT(distance, 1.95 / std::sqrt(1.0 * n));
  const Initializer::Moments moments = parse_initializer("chrono_bias(101)").moments(lstm_bias(n));
  double squares = 0;
  for (const float value : bias) squares += static_cast<double>(value) * static_cast<double>(value);
  const double variance = moments.std_dev * moments.std_dev;
  EXPECT_NEAR(squares / (4.0 * n), variance, 4 * variance * std::sqrt(2 * (moments.kurtosis - 1) / (4.0 * n)));
}

TEST(Chrono, AGruKeepsByItsUpdateGate) {
  const ParameterSpec bias{"gru.bias_ih", ParameterRole::bias, {{{Axis::gate, 3}, {Axis::channel, 5}}}};
  const std::vector<float> values = draw_all("chrono_bias(50)", bias);
  EXPECT_THAT(std::vector<float>(values.begin(), values.begin() + 5), Each(0.0F));
  EXPECT_THAT(std::vector<float>(values.begin() + 5, values.begin() + 10), Each(::testing::Gt(0.0F)));
  EXPECT_THAT(std::vector<float>(values.begin() + 10, values.end()), Each(0.0F));
  const ParameterSpec plain{"b", ParameterRole::bias, {{{Axis::channel, 5}}}};
  EXPECT_THAT(thrown([&] { draw_all("chrono_bias(50)", plain); }), HasSubstr("packs no gates"));
  EXPECT_THAT(thrown([] { parse_initializer("chrono_bias"); }), HasSubstr("chrono_bias(max_time=784)"));
}

TEST(Gates, EachPackedMatrixGetsItsRule) {
  EXPECT_THAT(draw_all("forget_bias", lstm_bias(2)), ElementsAre(0, 0, 1, 1, 0, 0, 0, 0));
  EXPECT_THAT(draw_all("gates(zeros, constant(2), ones, zeros)", lstm_bias(1)), ElementsAre(0, 2, 1, 0));
  EXPECT_EQ(parse_initializer("gates(xavier_uniform,zeros,he_normal(gain=2))").text(),
            "gates(glorot_uniform, zeros, he_normal(gain=2))");
  EXPECT_THAT(thrown([] { draw_all("gates(zeros, ones)", lstm_bias(2)); }), HasSubstr("packs 4"));
  // Query and key with Glorot, value scaled: the whole tensor's second moment is the mean of the three.
  const Initializer::Moments moments =
      parse_initializer("gates(glorot_uniform, glorot_uniform, scaled(glorot_uniform, 2))").moments(kPacked);
  const double one = 2.0 / 16;
  EXPECT_NEAR(moments.std_dev * moments.std_dev, one * (1 + 1 + 4) / 3, 1e-12);
  EXPECT_NEAR(moments.kurtosis, 1.8 * ((1 + 1 + 16) / 3.0) / 4, 1e-12);
}

TEST(Scaled, ScalesTheLaw) {
  EXPECT_DOUBLE_EQ(parse_initializer("scaled(he_normal, 0.5)").std_dev(matrix(4, 8)), 0.25);
  EXPECT_EQ(parse_initializer("scaled( kaiming_normal , 0.50)").text(), "scaled(he_normal, 0.5)");
  EXPECT_EQ(parse_initializer("scaled(scaled(zeros, 2), 3)").text(), "scaled(scaled(zeros, 2), 3)");
  EXPECT_THAT(thrown([] { parse_initializer("scaled(he_normal)"); }), HasSubstr("scaled(he_normal, 0.5)"));
}

TEST(Siren, FirstAndHiddenHalfWidths) {
  const Law first = parse_initializer("siren_first").law(matrix(256, 2)).value();
  EXPECT_DOUBLE_EQ(std::get<random::Uniform>(first).high, 0.5);
  const Law hidden = parse_initializer("siren_hidden(omega=10)").law(matrix(256, 256)).value();
  EXPECT_DOUBLE_EQ(std::get<random::Uniform>(hidden).high, std::sqrt(6.0 / 256) / 10);
}

TEST(XavierFirst, KeepsAThirdOfTheVariance) {
  EXPECT_DOUBLE_EQ(parse_initializer("xavier_first").std_dev(matrix(30, 100)), std::sqrt(1.0 / 300));
  EXPECT_DOUBLE_EQ(parse_initializer("pytorch_linear").std_dev(matrix(30, 100)), std::sqrt(1.0 / 300));
}

}  // namespace
}  // namespace fanin::init
