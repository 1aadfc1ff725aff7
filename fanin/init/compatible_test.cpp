// Judging a file alone: what can be told from the values of one tensor.
#include <gmock/gmock.h>

#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/init/audit.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::init {
namespace {

using net::Axis;
using net::Dimension;
using net::ParameterRole;
using net::ParameterSpec;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ParameterSpec tensor(std::vector<Dimension> dimensions) { return {"w", ParameterRole::weight, std::move(dimensions)}; }
ParameterSpec matrix(std::int64_t out, std::int64_t in) { return tensor({{{Axis::out, out}}, {{Axis::in, in}}}); }
const ParameterSpec kConv = tensor({{{Axis::out, 24}}, {{Axis::in, 16}}, {{Axis::kernel, 3}}, {{Axis::kernel, 3}}});
const ParameterSpec kEven = tensor({{{Axis::out, 24}}, {{Axis::in, 16}}, {{Axis::kernel, 4}}});
const ParameterSpec kHeads = tensor({{{Axis::gate, 3}, {Axis::head, 4}, {Axis::out, 8}}, {{Axis::in, 32}}});

/// The certain matches of what `text` draws.
std::vector<std::string> certain(const std::string& text, const ParameterSpec& spec, DType dtype = DType::f32) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(spec.shape().count()) * size_of(dtype));
  parse_initializer(text).fill(spec, {.seed = 3, .dtype = dtype}, bytes);
  StatisticsCollector collector(dtype);
  collector.append(bytes);
  std::vector<std::string> names;
  for (const Compatible& match : compatible_initializers(spec, collector.finish(), dtype, bytes)) {
    if (match.certain) names.push_back(match.rule);
  }
  return names;
}

TEST(Recognized, OrthogonalMatricesOfAnyGainShapeAndType) {
  for (const DType dtype : {DType::f32, DType::f64, DType::bf16, DType::f16}) {
    EXPECT_THAT(certain("orthogonal", matrix(40, 60), dtype), ElementsAre("orthogonal")) << to_string(dtype);
    EXPECT_THAT(certain("orthogonal", matrix(64, 64), dtype), ElementsAre("orthogonal")) << to_string(dtype);
    EXPECT_THAT(certain("orthogonal(gain=relu)", matrix(60, 40), dtype),
                ElementsAre(::testing::StartsWith("orthogonal(gain=1.41")));
    EXPECT_THAT(certain("orthogonal", kConv, dtype), ElementsAre("orthogonal"));
  }
  EXPECT_THAT(certain("orthogonal(gain=0.1)", matrix(2, 3)), ElementsAre("orthogonal(gain=0.1)"));
  EXPECT_THAT(certain("orthogonal", kHeads), ElementsAre("orthogonal"));
  EXPECT_THAT(certain("orthogonal(per_head=true)", kHeads), ElementsAre("orthogonal(per_head=true)"));
  EXPECT_THAT(certain("orthogonal(dialect=pytorch)", kHeads), ElementsAre("orthogonal(dialect=pytorch)"));
  EXPECT_THAT(certain("delta_orthogonal", kConv), ElementsAre("delta_orthogonal"));
  EXPECT_THAT(certain("delta_orthogonal(gain=2)", kConv, DType::bf16), ElementsAre("delta_orthogonal(gain=2)"));
  EXPECT_THAT(certain("delta_orthogonal", kEven), ElementsAre("delta_orthogonal"));
  EXPECT_THAT(certain("delta_orthogonal(dialect=jax)", kEven), ElementsAre("delta_orthogonal(dialect=jax)"));
}

TEST(Recognized, ValuesWithoutRandomness) {
  EXPECT_THAT(certain("identity", matrix(5, 7)), Contains("identity"));
  EXPECT_THAT(certain("identity(gain=0.5)", matrix(7, 7), DType::bf16), ElementsAre("identity(gain=0.5)"));
  EXPECT_THAT(certain("identity", kHeads), Contains("identity"));
  EXPECT_THAT(certain("identity(dialect=pytorch)", kHeads), ElementsAre("identity(dialect=pytorch)"));
  EXPECT_THAT(certain("dirac", kConv), ElementsAre("dirac"));
  EXPECT_THAT(certain("zero_init", matrix(12, 5)), ElementsAre("zero_init"));
  EXPECT_THAT(certain("zero_init", matrix(5, 12)), ElementsAre("identity", "zero_init"));
  const ParameterSpec grouped = tensor({{{Axis::group, 2}, {Axis::out, 4}}, {{Axis::in, 4}}, {{Axis::kernel, 3}}});
  EXPECT_THAT(certain("dirac", grouped), ElementsAre("dirac", "zero_init"));  // the same for square blocks
  EXPECT_THAT(certain("dirac(dialect=pytorch)", grouped), ElementsAre("dirac(dialect=pytorch)"));
  const ParameterSpec bias{"b", ParameterRole::bias, {{{Axis::gate, 4}, {Axis::channel, 6}}}};
  EXPECT_THAT(certain("forget_bias", bias), ElementsAre("forget_bias"));
  EXPECT_THAT(certain("forget_bias(2)", bias), ElementsAre("forget_bias(value=2)"));
}

TEST(Recognized, SparseWeights) {
  EXPECT_THAT(certain("sparse(0.9)", matrix(50, 40)), ElementsAre("sparse(sparsity=0.9)"));
  EXPECT_THAT(certain("sparse(0.7, std=1)", matrix(10, 300)).size(), 1U);
  EXPECT_THAT(certain("sparse(0.25)", kConv, DType::f16), ElementsAre("sparse(sparsity=0.25)"));
  // Zeros at random, as many on average: pruned, not sparse_.
  const ParameterSpec w = matrix(50, 40);
  std::vector<float> values(2000);
  parse_initializer("normal(std=0.01)").fill(w, 1, 0, values);
  std::vector<float> kept(2000);
  random::fill(random::Stream(1, "mask"), 0, random::Bernoulli{.probability = 0.5}, std::span(kept));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] *= kept[i];
  StatisticsCollector collector(DType::f32);
  collector.append(std::as_bytes(std::span(values)));
  for (const Compatible& match :
       compatible_initializers(w, collector.finish(), DType::f32, std::as_bytes(std::span(values)))) {
    EXPECT_FALSE(match.certain) << match.rule;
  }
}

TEST(Recognized, IndependentDrawsHaveNoStructure) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    for (const char* text : {"he_normal", "lecun_normal", "glorot_uniform", "zeros", "ones", "normal(std=0.02)"}) {
      EXPECT_THAT(certain(text, matrix(64, 64), dtype), IsEmpty()) << text;
      EXPECT_THAT(certain(text, matrix(2, 3000), dtype), IsEmpty()) << text;
      EXPECT_THAT(certain(text, matrix(1, 30), dtype), IsEmpty()) << text;
      EXPECT_THAT(certain(text, kHeads, dtype), IsEmpty()) << text;
    }
  }
  // An orthogonal matrix, one element of which moved by a hundredth of its size.
  const ParameterSpec w = matrix(30, 30);
  std::vector<float> values(900);
  parse_initializer("orthogonal").fill(w, 1, 0, values);
  values[77] += 0.002F;
  StatisticsCollector collector(DType::f32);
  collector.append(std::as_bytes(std::span(values)));
  for (const Compatible& match :
       compatible_initializers(w, collector.finish(), DType::f32, std::as_bytes(std::span(values)))) {
    EXPECT_FALSE(match.certain) << match.rule;
  }
}

TEST(Recognized, LawsComeAfterTheCertainMatches) {
  const ParameterSpec w = matrix(64, 64);
  std::vector<float> values(4096);
  parse_initializer("orthogonal").fill(w, 1, 0, values);
  StatisticsCollector collector(DType::f32);
  collector.append(std::as_bytes(std::span(values)));
  const std::vector<Compatible> all =
      compatible_initializers(w, collector.finish(), DType::f32, std::as_bytes(std::span(values)));
  ASSERT_GE(all.size(), 2U);
  EXPECT_EQ(all[0].rule, "orthogonal");
  EXPECT_TRUE(all[0].certain);
  ASSERT_TRUE(all[0].orthogonality_error.has_value());
  EXPECT_LT(*all[0].orthogonality_error, 1e-6 * 8);  // 1e-6·√n
  EXPECT_FALSE(all[1].orthogonality_error.has_value());
  EXPECT_FALSE(all[1].certain);
  EXPECT_THROW((void)compatible_initializers(w, collector.finish(), DType::f64, std::as_bytes(std::span(values))),
               Error);
}

}  // namespace
}  // namespace fanin::init
