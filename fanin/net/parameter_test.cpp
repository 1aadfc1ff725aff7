#include "fanin/net/parameter.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "fanin/core/error.hpp"

namespace fanin::net {
namespace {

using ::testing::HasSubstr;

ParameterSpec weight(std::vector<Dimension> dimensions) {
  return {"layer.weight", ParameterRole::weight, std::move(dimensions)};
}

void expect_fans(const ParameterSpec& parameter, std::int64_t fan_in, std::int64_t fan_out) {
  ASSERT_TRUE(parameter.has_fans());
  EXPECT_EQ(fans(parameter).fan_in, fan_in);
  EXPECT_EQ(fans(parameter).fan_out, fan_out);
}

/// A one-dimensional convolution [out, in / groups, taps] over a ring, which has no border.
ParameterSpec ring_convolution(std::int64_t in, std::int64_t out, std::int64_t groups, std::int64_t taps) {
  return weight(
      {{{Axis::group, groups}, {Axis::out, out / groups}}, {{Axis::in, in / groups}}, {{Axis::kernel, taps}}});
}

/// Its fans by counting every connection: output (o, p) reads input (i, p + t) of its own group.
Fans counted_fans(std::int64_t in, std::int64_t out, std::int64_t groups, std::int64_t taps) {
  const std::int64_t length = taps + 3;
  Fans counted;
  for (std::int64_t o = 0; o < out; ++o) {
    for (std::int64_t i = 0; i < in; ++i) {
      if (o / (out / groups) != i / (in / groups)) continue;
      for (std::int64_t p = 0; p < length; ++p) {
        for (std::int64_t t = 0; t < taps; ++t) {
          if (o == 0 && p == 0) ++counted.fan_in;                  // what one output reads
          if (i == 0 && (p + t) % length == 0) ++counted.fan_out;  // whom one input feeds
        }
      }
    }
  }
  return counted;
}

TEST(Fans, OfADenseWeightAreItsColumnsAndRows) {
  const ParameterSpec dense = weight({{{Axis::out, 256}}, {{Axis::in, 784}}});
  EXPECT_EQ(dense.shape(), (Shape{256, 784}));
  expect_fans(dense, 784, 256);
}

TEST(Fans, FollowTheAxesAndNotTheOrderOfTheDimensions) {
  // The layout [in, out] of other libraries: the same shape transposed, the same fans.
  expect_fans(weight({{{Axis::in, 784}}, {{Axis::out, 256}}}), 784, 256);
  expect_fans(weight({{{Axis::kernel, 3}}, {{Axis::kernel, 5}}, {{Axis::in, 8}}, {{Axis::out, 16}}}), 120, 240);
}

TEST(Fans, OfAPackedLstmWeightAreThoseOfOneGate) {
  const ParameterSpec input = weight({{{Axis::gate, 4}, {Axis::out, 128}}, {{Axis::in, 64}}});
  EXPECT_EQ(input.shape(), (Shape{512, 64}));
  expect_fans(input, 64, 128);  // not 512
  ParameterSpec hidden = weight({{{Axis::gate, 4}, {Axis::out, 128}}, {{Axis::in, 128}}});
  hidden.role = ParameterRole::recurrent;
  expect_fans(hidden, 128, 128);
}

TEST(Fans, OfPackedQueriesKeysAndValuesAreThoseOfOneProjection) {
  expect_fans(weight({{{Axis::gate, 3}, {Axis::out, 512}}, {{Axis::in, 512}}}), 512, 512);
  // The same tensor with its heads named: together they make up the output.
  const ParameterSpec headed = weight({{{Axis::gate, 3}, {Axis::head, 8}, {Axis::out, 64}}, {{Axis::in, 512}}});
  EXPECT_EQ(headed.shape(), (Shape{1536, 512}));
  expect_fans(headed, 512, 512);
}

TEST(Fans, OfAConvolutionCountItsTaps) {
  expect_fans(weight({{{Axis::out, 64}}, {{Axis::in, 3}}, {{Axis::kernel, 7}}, {{Axis::kernel, 7}}}), 147, 3136);
}

TEST(Fans, OfADepthwiseConvolutionAreItsTaps) {
  const ParameterSpec depthwise =
      weight({{{Axis::group, 4}, {Axis::out, 1}}, {{Axis::in, 1}}, {{Axis::kernel, 3}}, {{Axis::kernel, 3}}});
  EXPECT_EQ(depthwise.shape(), (Shape{4, 1, 3, 3}));
  expect_fans(depthwise, 9, 9);  // a shape alone would say (9, 36)
}

TEST(Fans, OfGroupedConvolutionsAgreeWithCountedConnections) {
  for (const std::int64_t groups : {1, 2, 4}) {
    for (const std::int64_t out : {4, 8, 12}) {
      for (const std::int64_t taps : {1, 3, 5}) {
        const Fans counted = counted_fans(8, out, groups, taps);
        expect_fans(ring_convolution(8, out, groups, taps), counted.fan_in, counted.fan_out);
      }
    }
  }
}

TEST(Fans, OfExpertsAreThoseOfOneExpert) {
  const ParameterSpec experts = weight({{{Axis::expert, 16}}, {{Axis::out, 256}}, {{Axis::in, 64}}});
  EXPECT_EQ(experts.shape(), (Shape{16, 256, 64}));
  expect_fans(experts, 64, 256);
}

TEST(Fans, AreRefusedWhereThereAreNone) {
  const ParameterSpec embedding{
      "words.embedding", ParameterRole::embedding, {{{Axis::vocabulary, 50'000}}, {{Axis::out, 64}}}};
  const ParameterSpec positions{
      "positions.embedding", ParameterRole::embedding, {{{Axis::position, 128}}, {{Axis::channel, 64}}}};
  const ParameterSpec bias{"layer1.bias", ParameterRole::bias, {{{Axis::channel, 256}}}};
  const ParameterSpec scale{"norm.scale", ParameterRole::scale, {{{Axis::channel, 256}}}};
  const ParameterSpec inputs_only{"lost", ParameterRole::weight, {{{Axis::in, 3}}}};
  for (const ParameterSpec& parameter : {embedding, positions, bias, scale, inputs_only}) {
    EXPECT_FALSE(parameter.has_fans()) << parameter.name;
    try {
      fans(parameter);
      ADD_FAILURE() << parameter.name << " has no fans";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::bad_shape);
      EXPECT_EQ(error.where(), parameter.name);
      EXPECT_THAT(error.message(), HasSubstr(std::string(to_string(parameter.role)) + " of shape"));  // asked
      EXPECT_THAT(error.message(), HasSubstr(to_string(parameter.shape())));                          // found
      EXPECT_THAT(error.message(), HasSubstr("zeros, constant(value) or normal(std=...)"));           // to try
    }
  }
}

TEST(ParameterSpec, MultipliesTheFactorsOfADimensionIntoItsExtent) {
  EXPECT_EQ(weight({}).shape(), Shape{});
  EXPECT_EQ(weight({{{Axis::group, 3}, {Axis::gate, 5}, {Axis::out, 7}}, {}}).shape(), (Shape{105, 1}));
}

TEST(ParameterSpec, RefusesFactorsWhoseProductOverflows) {
  constexpr std::int64_t huge = std::int64_t{1} << 40;
  for (const ParameterSpec& parameter :
       {weight({{{Axis::group, huge}, {Axis::out, huge}}, {{Axis::in, 1}}}),
        weight({{{Axis::out, huge}}, {{Axis::in, huge}}}), weight({{{Axis::out, -1}}, {{Axis::in, 4}}})}) {
    EXPECT_THROW((void)parameter.shape(), Error);
  }
}

TEST(ParameterSpec, SaysRolesAndAxesInWordsOfTheirOwn) {
  std::set<std::string_view> roles;
  for (int i = 0; i <= static_cast<int>(ParameterRole::recurrent); ++i) {
    roles.insert(to_string(static_cast<ParameterRole>(i)));
  }
  EXPECT_EQ(roles.size(), 6U);
  std::set<std::string_view> axes;
  for (int i = 0; i <= static_cast<int>(Axis::channel); ++i) axes.insert(to_string(static_cast<Axis>(i)));
  EXPECT_EQ(axes.size(), 10U);
  EXPECT_FALSE(roles.contains("unknown"));
  EXPECT_FALSE(axes.contains("unknown"));
}

}  // namespace
}  // namespace fanin::net
