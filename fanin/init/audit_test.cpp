#include "fanin/init/audit.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <limits>

#include "fanin/init/manifest.hpp"
#include "fanin/net/shorthand.hpp"
#include "fanin/random/rounding.hpp"

namespace fanin::init {
namespace {

using net::Axis;
using net::ParameterRole;
using net::ParameterSpec;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

ParameterSpec weight(const std::string& name, std::int64_t out, std::int64_t in) {
  return {name, ParameterRole::weight, {{{Axis::out, out}}, {{Axis::in, in}}}};
}

std::vector<float> drawn(const Initializer& rule, const ParameterSpec& spec, std::uint64_t seed = 1) {
  std::vector<float> values(static_cast<std::size_t>(spec.shape().count()));
  rule.fill(spec, seed, 0, values);
  return values;
}

template <typename T>
Statistics statistics_of(const std::vector<T>& values, DType dtype = DType::f32) {
  StatisticsCollector collector(dtype);
  collector.append(std::as_bytes(std::span(values)));
  return collector.finish();
}

/// The codes of what an audit of one tensor finds.
std::vector<AuditCode> codes(const Audit& audit) {
  std::vector<AuditCode> all;
  for (const AuditFinding& finding : audit.findings()) all.push_back(finding.code);
  return all;
}

TEST(Checksum, AgreesWithPublishedValues) {
  // XXH64, seed 0, as printed by xxhsum and the python xxhash documentation.
  const auto of = [](std::string_view text) {
    Checksum checksum;
    checksum.append(std::as_bytes(std::span(text)));
    return checksum_text(checksum.value());
  };
  EXPECT_EQ(of(""), "ef46db3751d8e999");
  EXPECT_EQ(of("a"), "d24ec4f1a98c6e5b");
  EXPECT_EQ(of("abc"), "44bc2cf5ad770999");
  EXPECT_EQ(of("Nobody inspects the spammish repetition"), "fbcea83c8a378bf1");
}

TEST(Checksum, PiecesDoNotMatter) {
  std::vector<std::byte> bytes(1000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37 % 251);
  Checksum whole;
  whole.append(bytes);
  for (const std::size_t step : {1U, 7U, 31U, 32U, 33U, 500U}) {
    Checksum pieces;
    for (std::size_t i = 0; i < bytes.size(); i += step) {
      pieces.append(std::span(bytes).subspan(i, std::min(step, bytes.size() - i)));
    }
    EXPECT_EQ(pieces.value(), whole.value()) << step;
  }
}

TEST(Statistics, MomentsOfAKnownSample) {
  // 1 … 5: mean 3, variance 2, kurtosis (16+1+0+1+16)/5/4 = 1.7.
  const Statistics s = statistics_of(std::vector<double>{1, 2, 3, 4, 5}, DType::f64);
  EXPECT_EQ(s.count, 5U);
  EXPECT_DOUBLE_EQ(s.mean, 3);
  EXPECT_DOUBLE_EQ(s.variance, 2);
  EXPECT_DOUBLE_EQ(s.kurtosis, 1.7);
  EXPECT_EQ(s.min, 1);
  EXPECT_EQ(s.max, 5);
}

TEST(Statistics, ALargeOffsetCostsNoDigits) {
  std::vector<double> values;
  for (int i = 0; i < 10000; ++i) values.push_back(1e9 + i % 2);
  EXPECT_NEAR(statistics_of(values, DType::f64).variance, 0.25, 1e-12);
}

TEST(Statistics, NonFiniteValuesAreCountedApartInEveryType) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  const Statistics s = statistics_of(std::vector<float>{nan, 1, inf, -inf, 0, 3});
  EXPECT_EQ(s.non_finite, 3U);
  EXPECT_EQ(s.zeros, 1U);
  EXPECT_DOUBLE_EQ(s.mean, 4.0 / 3);
  const std::vector<std::uint16_t> halves{random::to_bf16(nan), random::to_bf16(2), random::to_bf16(-1)};
  const Statistics h = statistics_of(halves, DType::bf16);
  EXPECT_EQ(h.non_finite, 1U);
  EXPECT_DOUBLE_EQ(h.mean, 0.5);
  EXPECT_EQ(statistics_of(std::vector<std::uint16_t>{random::to_f16(1.5F)}, DType::f16).mean, 1.5);
}

TEST(Audit, EverySchemePassesItsOwnAudit) {
  const ParameterSpec w = weight("w", 60, 40);
  const ParameterSpec packed{
      "p", ParameterRole::weight, {{{Axis::gate, 3}, {Axis::head, 2}, {Axis::out, 8}}, {{Axis::in, 16}}}};
  const ParameterSpec bias{"b", ParameterRole::bias, {{{Axis::gate, 4}, {Axis::channel, 600}}}};
  const std::vector<std::pair<std::string, ParameterSpec>> cases{{"he_normal", w},
                                                                 {"he_uniform", w},
                                                                 {"glorot_normal(dialect=keras)", w},
                                                                 {"truncated_normal(0.1, 1, -1, 4)", w},
                                                                 {"orthogonal", packed},
                                                                 {"identity", w},
                                                                 {"zero_init", w},
                                                                 {"sparse(0.5)", w},
                                                                 {"constant(0.5)", w},
                                                                 {"zeros", w},
                                                                 {"delta_orthogonal", w},
                                                                 {"dirac", w},
                                                                 {"gates(zeros, he_normal, glorot_uniform)", packed},
                                                                 {"chrono_bias(100)", bias},
                                                                 {"forget_bias", bias},
                                                                 {"scaled(orthogonal, 0.1)", packed},
                                                                 {"uniform(0, 1)", w}};
  Audit audit;
  for (auto [text, spec] : cases) {
    spec.name = text;  // a stream of its own
    const Initializer rule = parse_initializer(text);
    audit.add(spec, &rule, statistics_of(drawn(rule, spec)));
  }
  for (const AuditFinding& finding : audit.findings()) ADD_FAILURE() << finding.tensor << ": " << finding.message;
}

TEST(Audit, AWrongVarianceIsFoundOnlyWhenTheSampleCanTell) {
  const Initializer he = parse_initializer("he_normal");
  const Initializer off = parse_initializer("scaled(he_normal, 1.05)");
  const auto audit_of = [&](const ParameterSpec& spec) {
    Audit audit;
    audit.add(spec, &he, statistics_of(drawn(off, spec)));
    return codes(audit);
  };
  // 5 % in deviation is 10.25 % in variance: 0.3 standard errors of 16 values, 30 of 160000.
  EXPECT_THAT(audit_of(weight("small", 4, 4)), IsEmpty());
  EXPECT_THAT(audit_of(weight("large", 400, 400)), ElementsAre(AuditCode::wrong_variance));
}

TEST(Audit, VarianceScoresAreStandardNormal) {
  // 4000 tensors of 16 values each: the scores' mean, deviation and tail are those of N(0, 1).
  for (const char* text : {"normal(std=2)", "uniform(-1, 1)"}) {
    const Initializer rule = parse_initializer(text);
    constexpr int kTensors = 4000;
    double sum = 0;
    double squares = 0;
    int beyond = 0;
    for (int i = 0; i < kTensors; ++i) {
      const ParameterSpec spec = weight(std::to_string(i), 4, 4);
      const Statistics s = statistics_of(drawn(rule, spec));
      const Initializer::Moments expected = rule.moments(spec);
      const double ratio = s.variance_about(expected.mean) / (expected.std_dev * expected.std_dev);
      const double z = variance_z(ratio, expected.kurtosis, s.count);
      sum += z;
      squares += z * z;
      beyond += std::abs(z) > 3 ? 1 : 0;
    }
    EXPECT_NEAR(sum / kTensors, 0, 0.08) << text;
    EXPECT_NEAR(squares / kTensors, 1, 0.1) << text;
    EXPECT_LT(beyond, 40) << text;  // 10.8 expected of a normal
  }
}

TEST(Audit, WhatGoesWrongSilentlyIsFound) {
  const Initializer he = parse_initializer("he_normal");
  const ParameterSpec w = weight("w", 30, 40);
  std::vector<float> values = drawn(he, w);
  const auto audit_of = [&](const std::vector<float>& found, const Initializer& rule) {
    Audit audit;
    audit.add(w, &rule, statistics_of(found));
    return codes(audit);
  };
  EXPECT_THAT(audit_of(values, he), IsEmpty());
  EXPECT_THAT(audit_of(std::vector<float>(1200, 0.0F), he), ElementsAre(AuditCode::untouched));
  EXPECT_THAT(audit_of(std::vector<float>(1200, 0.1F), he), ElementsAre(AuditCode::constant));
  EXPECT_THAT(audit_of({}, he), ElementsAre(AuditCode::empty));
  std::vector<float> shifted = values;
  for (float& value : shifted) value += 0.1F;
  EXPECT_THAT(audit_of(shifted, he), Contains(AuditCode::wrong_mean));
  values[7] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(audit_of(values, he), ElementsAre(AuditCode::non_finite));
  // One outlier of a thousand deviations in a cut law (pytorch/pytorch issue 155588).
  const Initializer cut = parse_initializer("truncated_normal(std=0.02)");
  std::vector<float> outlier = drawn(cut, w);
  outlier[3] = 0.06F;
  EXPECT_THAT(audit_of(outlier, cut), Contains(AuditCode::out_of_range));
  EXPECT_THAT(audit_of(std::vector<float>(1200, 0.5F), parse_initializer("zeros")),
              ElementsAre(AuditCode::wrong_variance));
}

TEST(Audit, TwoTensorsOfTheSameBitsAreFound) {
  const Initializer he = parse_initializer("he_normal");
  const Initializer identity = parse_initializer("identity");
  const ParameterSpec first = weight("shard1", 30, 40);
  ParameterSpec second = first;
  second.name = "shard2";
  Audit audit;
  audit.add(first, &he, statistics_of(drawn(he, first)));
  audit.add(second, &he, statistics_of(drawn(he, first)));
  ASSERT_THAT(codes(audit), ElementsAre(AuditCode::duplicate));
  EXPECT_THAT(audit.findings()[0].message, HasSubstr("'shard1'"));
  // Zeros are alike, and so are identities, rightly.
  audit.add(first, nullptr, statistics_of(std::vector<float>(9, 0.0F)));
  audit.add(second, nullptr, statistics_of(std::vector<float>(9, 0.0F)));
  audit.add(first, &identity, statistics_of(drawn(identity, first)));
  audit.add(second, &identity, statistics_of(drawn(identity, first)));
  EXPECT_EQ(audit.findings().size(), 1U);
}

TEST(Audit, OrthogonalityIsTheWorstOfThePackedMatrices) {
  const ParameterSpec packed{"p", ParameterRole::weight, {{{Axis::gate, 3}, {Axis::out, 8}}, {{Axis::in, 16}}}};
  std::vector<float> values = drawn(parse_initializer("orthogonal(gain=2)"), packed);
  EXPECT_LT(orthogonality_error(packed, values, 2), 1e-6 * std::sqrt(8.0));
  for (std::size_t i = 128; i < 256; ++i) values[i] *= 2;  // QᵀQ = 4·I in the second block
  EXPECT_NEAR(orthogonality_error(packed, values, 2), 3 * std::sqrt(8.0), 1e-5);
}

TEST(Compatible, NamesTheInitializationsThatTheValuesAgreeWith) {
  const ParameterSpec w = weight("w", 200, 300);
  const auto names_for = [&w](std::string_view text) {
    std::vector<std::string> names;
    for (const Compatible& match : compatible_initializers(w, statistics_of(drawn(parse_initializer(text), w)))) {
      names.push_back(match.rule);
    }
    return names;
  };
  EXPECT_THAT(names_for("he_uniform"), AllOf(Contains("he_uniform"), Not(Contains("he_normal"))));
  EXPECT_THAT(names_for("he_normal"), AllOf(Contains("he_normal"), Not(Contains("he_uniform"))));
  EXPECT_THAT(names_for("glorot_normal(dialect=keras)"),
              AllOf(Contains("glorot_normal(dialect=keras)"), Not(Contains("glorot_normal"))));
  EXPECT_THAT(names_for("normal(std=0.02)"), Contains("normal(std=0.02)"));
  EXPECT_THAT(names_for("zeros"), ElementsAre("zeros"));
  EXPECT_THAT(names_for("normal(mean=0.5, std=0.1)"), IsEmpty());
}

TEST(Manifest, RecordsWhatEveryTensorWasGiven) {
  const NetworkPlan plan =
      parse_network_scheme("he_normal").plan(net::dense_network({50, 20, 10}, net::parse_activation("relu")));
  std::vector<Statistics> statistics;
  initialize(plan, 9, [&](const ParameterSpec&, std::span<const float> values) {
    statistics.push_back(statistics_of(std::vector<float>(values.begin(), values.end())));
  });
  const Manifest manifest = make_manifest(plan, 9, DType::f32, Dialect::fanin, statistics);
  EXPECT_EQ(manifest.scheme, "he_normal");
  EXPECT_EQ(manifest.seed, 9U);
  ASSERT_EQ(manifest.tensors.size(), 4U);
  const ManifestEntry& first = manifest.tensors[0];
  EXPECT_EQ(first.name, "layer1.weight");
  EXPECT_THAT(first.shape, ElementsAre(20, 50));
  EXPECT_EQ(first.rule, "he_normal");
  EXPECT_EQ(first.law, "N(0, 0.2²)");
  EXPECT_EQ(first.fans->fan_in, 50);
  EXPECT_NEAR(first.gain.value(), std::sqrt(2.0), 1e-15);
  EXPECT_EQ(first.checksum, checksum_text(statistics[0].checksum));
  EXPECT_EQ(first.checksum.size(), 16U);
  EXPECT_FALSE(manifest.tensors[1].fans.has_value());
  EXPECT_EQ(manifest.tensors[1].law, "0");
}

}  // namespace
}  // namespace fanin::init
