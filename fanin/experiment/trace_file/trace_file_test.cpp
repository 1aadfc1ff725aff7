#include "fanin/experiment/trace_file/trace_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>

#include "fanin/experiment/data/test_files.hpp"
#include "fanin/experiment/trace_file/small_trace_for_test.hpp"
#include "fanin/net/toml_network.hpp"

namespace fanin::experiment {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::string_view kHeader =
    R"({"record":"header","format":"fanin-trace","version":1,"origin":"x","nodes":[{"name":"a","kind":"dense",)"
    R"("parameters":[0]},{"name":"b","kind":"activation","inputs":[0]}],)"
    R"("parameters":[{"name":"a.weight","role":"weight","shape":[2,3]}]})";

std::string with_header(std::string_view lines) { return std::string(kHeader) + "\n" + std::string(lines); }

std::string message_of(const std::string& text, ErrorCode code = ErrorCode::bad_data, const TraceLimits& limits = {}) {
  try {
    parse_trace(text, "run.jsonl", limits);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "accepted: " << text.substr(0, 200);
  return {};
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

TEST(TraceFileTest, EveryMemberComesBackWithAllItsDigits) {
  const observe::Trace trace = small_trace();
  const std::string text = trace_text(trace);
  const TraceFile file = parse_trace(text, "run.jsonl");
  EXPECT_EQ(file.lines, 4);
  EXPECT_EQ(file.unfinished_bytes, 0U);
  EXPECT_EQ(trace_text(file.trace), text);
  // The text holds what it should: one of each kind, compared with the original and not with the text.
  const observe::Trace& read = file.trace;
  EXPECT_EQ(net::to_toml(*read.graph), net::to_toml(*trace.graph));
  EXPECT_EQ(read.origin_version, "1.13.1");
  ASSERT_EQ(read.steps.size(), 2U);
  const TensorStatistics& before = trace.steps[0].nodes[2].gradient;
  const TensorStatistics& after = read.steps[0].nodes[2].gradient;
  const auto numbers = [](const TensorStatistics& t) {
    return std::vector<double>{t.mean, t.variance, t.skewness, t.kurtosis, t.minimum, t.maximum};
  };
  const auto counts = [](const TensorStatistics& t) {
    return std::vector<std::int64_t>{t.count,      t.nan_count,      t.infinity_count, t.first_non_finite,
                                     t.zero_count, t.positive_count, t.saturated_count};
  };
  EXPECT_EQ(numbers(after), numbers(before));
  EXPECT_EQ(counts(after), (std::vector<std::int64_t>{100, 1, 2, 17, 3, 40, 5}));
  EXPECT_EQ(read.steps[0].parameters[3].largest_singular_value, trace.steps[0].parameters[3].largest_singular_value);
  EXPECT_EQ(read.steps[0].nodes[1].zero_gradient_units, 0.7);
  EXPECT_EQ(read.steps[0].nodes[1].gradient_histogram.counts, (std::vector<std::int64_t>{1, 0, 1'000'000'007, 4}));
  EXPECT_EQ(read.steps[0].nodes[1].output_histogram.low, trace.steps[0].nodes[1].output_histogram.low);
  EXPECT_EQ(read.steps[0].parameters[3].value_histogram.high, trace.steps[0].parameters[3].value_histogram.high);
  EXPECT_EQ(read.parameters[1].role, net::ParameterRole::bias);
  EXPECT_EQ(read.nodes[3].inputs, trace.nodes[3].inputs);
  EXPECT_EQ(read.data.class_shares, trace.data.class_shares);
  EXPECT_EQ(read.data.linear_signal, 0.4);
  EXPECT_EQ(read.data.duplicate_conflicts, 0.007);
  EXPECT_EQ(read.jacobian->spread, 0.1);
  EXPECT_EQ(read.non_finite->growth, trace.non_finite->growth);
  EXPECT_EQ(read.filters->parameter, "layer1.weight");
  EXPECT_EQ(read.filters->start, trace.filters->start);
  EXPECT_EQ(read.filters->end, trace.filters->end);
  EXPECT_THAT(text, HasSubstr(R"("start":[0.1,-0.25,1e-30,3.0])"));  // and no digits that a float does not have
  EXPECT_EQ(read.ended, "diverged");
}

TEST(TraceFileTest, NumbersThatJsonLacksComeBack) {
  const TraceFile file = parse_trace(trace_text(small_trace()), "run.jsonl");
  EXPECT_EQ(file.trace.steps[0].gradient_norm, std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(file.trace.steps[1].loss));
  EXPECT_EQ(file.trace.steps[1].gradient_norm, -std::numeric_limits<double>::infinity());
}

TEST(TraceFileTest, AnEmptyTraceHasDefaultsOnBothSides) {
  const observe::Trace empty;
  const TraceFile file = parse_trace(trace_text(empty), "run.jsonl");
  EXPECT_EQ(trace_text(file.trace), trace_text(empty));
  EXPECT_TRUE(std::isnan(file.trace.learning_rate));
  EXPECT_EQ(file.trace.loss_factor, 1);
  EXPECT_TRUE(file.trace.steps.empty());
  EXPECT_EQ(file.trace.ended, "");
}

TEST(TraceFileTest, EveryTruncationIsReadUpToItsLastWholeLineOrRefused) {
  const std::string text = trace_text(small_trace());
  const std::size_t header = text.find('\n');
  for (std::size_t size = 0; size < text.size(); ++size) {
    const std::string part = text.substr(0, size);
    if (size < header) {
      EXPECT_THAT(message_of(part), HasSubstr("there is no header yet")) << size;
      continue;
    }
    const TraceFile file = parse_trace(part, "run.jsonl");
    const bool whole = text[size] == '\n';  // only the newline is missing
    EXPECT_EQ(file.lines, std::count(part.begin(), part.end(), '\n') + (whole ? 1 : 0));
    const std::size_t last = part.rfind('\n');
    EXPECT_EQ(file.unfinished_bytes, whole ? 0 : size - last - 1) << size;
  }
}

TEST(TraceFileTest, TheWriterLeavesASoundFileAfterEveryLine) {
  const TestFolder folder;
  const std::filesystem::path path = folder.path() / "run.jsonl";
  const observe::Trace trace = small_trace();
  TraceWriter writer(path, trace);
  EXPECT_TRUE(read_trace(path).trace.steps.empty());
  writer.write_step(trace.steps[0]);
  EXPECT_EQ(read_trace(path).trace.steps.size(), 1U);
  writer.write_step(trace.steps[1]);
  writer.write_facts(trace);
  const TraceFile running = read_trace(path);
  EXPECT_EQ(running.trace.non_finite->element, 5);
  EXPECT_EQ(running.trace.ended, "");
  writer.write_end(trace);
  EXPECT_EQ(trace_text(read_trace(path).trace), trace_text(trace));
}

TEST(TraceFileTest, AWholeTraceIsWrittenAtOnce) {
  const TestFolder folder;
  write_trace(folder.path() / "run.jsonl", small_trace());
  EXPECT_EQ(trace_text(read_trace(folder.path() / "run.jsonl").trace), trace_text(small_trace()));
}

TEST(TraceFileTest, AWriterSaysWhyItCannotWrite) {
  try {
    TraceWriter writer("/dev/full", small_trace());
    ADD_FAILURE() << "a full disk took a line";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io_failure);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("/dev/full"), HasSubstr("No space left")));
  }
}

TEST(TraceFileTest, WhatALaterVersionAddsIsIgnored) {
  const TraceFile file = parse_trace(replaced(with_header(R"({"record":"step","step":0,"loss":1,"mood":{"a":[1]}}
{"record":"remark","text":"from the future"}

{"record":"end","ended":"finished","mood":null}
)"),
                                              R"("origin")", R"("shiny":true,"origin")"),
                                     "run.jsonl");
  EXPECT_EQ(file.trace.steps.size(), 1U);
  EXPECT_EQ(file.trace.ended, "finished");
}

TEST(TraceFileTest, ALaterVersionOfTheFormatIsRefusedWithTheWayOut) {
  const std::string text = replaced(with_header(""), R"("version":1,"origin":"x")", R"("version":2,"origin":7)");
  EXPECT_THAT(message_of(text, ErrorCode::unsupported),
              AllOf(HasSubstr("run.jsonl, line 1, byte offset 0"), HasSubstr("version 2"), HasSubstr("newer fanin")));
}

TEST(TraceFileTest, NullIsUnknown) {
  const TraceFile file = parse_trace(with_header(R"({"record":"step","step":0,"loss":null,"nodes":null}
)"),
                                     "run.jsonl");
  EXPECT_TRUE(std::isnan(file.trace.steps[0].loss));
}

TEST(TraceFileTest, FaultsNameLineOffsetAndMember) {
  const std::string nodes = R"("parameters":[{"value":{"count":6}}],"nodes":[{"output":{"count":1}},)";
  const auto histogram = [](const std::string& text) {
    return R"({"record":"step","step":0,"parameters":[{}],"nodes":[{},{"output_histogram":)" + text + "}]}";
  };
  const auto filters = [](const std::string& text) {
    return R"({"record":"end","ended":"finished","filters":{"parameter":"a.weight",)" + text + "}}";
  };
  std::string many;
  for (int i = 0; i < 1024; ++i) many += ",0";
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"record":"step"})", "'step' is missing"},
      {R"({"record":"step","step":"0"})", "step: must be a whole number below 2^63, not \"0\""},
      {R"({"record":"step","step":1.5})", "step: must be a whole number"},
      {R"({"record":"step","step":18446744073709551615})", "step: must be a whole number"},
      {R"({"record":"step","step":-1})", "does not follow"},
      {R"({"record":"step","step":0,"loss":"NaN"})", "loss: must be a number, \"nan\", \"inf\" or \"-inf\""},
      {R"({"record":"step","step":0,"loss":[1]})", "not an array"},
      {R"({"record":"step","step":0,"clipped":1})", "clipped: must be true or false"},
      {R"({"record":"step","step":0,"loss":1e999})", "beyond double precision"},
      {R"({"record":"step","step":0,"nodes":[{}]})", "nodes: there are 1 records, but the header lists 2"},
      {R"({"record":"step","step":0,"nodes":[{},{}]})", "all nodes and all parameters"},
      {R"({"record":"step","step":0,)" + nodes + R"({"output":{"count":4,"zero":5}}]})",
       "nodes[1].output: the counts contradict each other"},
      {R"({"record":"step","step":0,)" + nodes + R"({"output":{"count":4,"nan":3,"infinite":2}}]})", "contradict"},
      {R"({"record":"step","step":0,)" + nodes + R"({"output":{"count":4,"first_non_finite":4}}]})", "contradict"},
      {R"({"record":"step","step":0,)" + nodes + R"({"gradient":{}}]})", "nodes[1].gradient: 'count' is missing"},
      {histogram(R"({"low":0,"high":1})"), "nodes[1].output_histogram: 'counts' is missing"},
      {histogram(R"({"low":0,"high":1,"counts":[]})"), "there must be 1 to 1024 of them, not 0"},
      {histogram(R"({"low":0,"high":1,"counts":[0)" + many + "]}"), "1 to 1024 of them, not 1025"},
      {histogram(R"({"low":2,"high":1,"counts":[1]})"), "low not above high"},
      {histogram(R"({"low":"-inf","high":1,"counts":[1]})"), "must be finite numbers"},
      {histogram(R"({"low":0,"high":"nan","counts":[1]})"), "must be finite numbers"},
      {histogram(R"({"low":0,"high":1,"counts":[1,-1]})"), "one is negative"},
      {histogram(R"({"low":0,"high":1,"counts":[9223372036854775807,1]})"), "2^63 or more"},
      {filters(R"("units":1,"channels":2,"height":1,"width":1,"start":[1,1],"end":[1,1])"), "channels 1 or 3"},
      {filters(R"("units":1,"channels":1,"height":0,"width":1,"start":[],"end":[])"), "must be 1 to 4096"},
      {filters(R"("units":1,"channels":1,"height":1,"width":2,"start":[1],"end":[1,2])"), "filters: start and end"},
      {filters(R"("units":1,"channels":1,"height":1,"width":1,"start":[1e39],"end":[1])"), "filters.start[0]: must be"},
      {R"({"step":0})", "'record' is missing"},
      {R"({"record":"end"})", "'ended' is missing"},
      {R"({"record":"end","ended":"a\u001b[2Jb"})", "control character: \"a\\u001b[2Jb\""},
      {R"([1])", "must be an object, not an array"},
      {R"({"record":"facts","data":{"class_shares":[0.5,"x"]}})", "data.class_shares[1]: must be a number"},
      {R"({"record":"header"})", "two runs in one file"},
      {std::string("{\"record\":\"step\",\0}", 19), "a zero byte"},
      {R"({"record":"step","step":0)", "is no JSON"},
      {"{\"record\":\"end\",\"ended\":\"\xFF\"}", "is no JSON"},
      {std::string(100'000, '['), "nested more than 64 deep"},
  };
  for (const auto& [line, expected] : cases) {
    const std::string message = message_of(with_header("{\"record\":\"facts\"}\n" + line + "\n"));
    EXPECT_THAT(message, HasSubstr(expected));
    EXPECT_THAT(message, HasSubstr("run.jsonl, line 3, byte offset ")) << line.substr(0, 100);
  }
}

TEST(TraceFileTest, TheOffsetOfASyntaxErrorIsThatOfItsByte) {
  const std::string text = with_header("{\"record\":\"step\",,}\n");
  const std::size_t comma = text.find(",,") + 1;
  EXPECT_THAT(message_of(text), HasSubstr("line 2, byte offset " + std::to_string(comma) + ":"));
}

TEST(TraceFileTest, HeadersThatContradictThemselvesAreRefused) {
  const std::string header = with_header("");
  const std::vector<std::array<const char*, 3>> cases{
      {R"("inputs":[0])", R"("inputs":[1])", "nodes[1]: an input must be the position of a node before it"},
      {R"("inputs":[0])", R"("inputs":[-1])", "nodes[1].inputs[0]: must not be negative"},
      {R"("parameters":[0])", R"("parameters":[1])", "nodes[0]: there are 1 parameters"},
      {R"("role":"weight")", R"("role":"wieght")", "there is no role \"wieght\""},
      {R"([2,3])", R"([2,-3])", "an extent is negative"},
      {R"([2,3])", R"([4611686018427387904,2])", "more than 2^62 elements"},
      {R"("origin":"x",)", R"()", "'origin' is missing"},
      {R"("version":1)", R"("version":0)", "no version 0"},
      {R"("version":1)", R"("version":"1")", "version: must be a whole number"},
      {R"(fanin-trace)", R"(other-trace)", "docs/trace.md"},
      {R"("origin":"x")", R"("origin":"x","batch_rows":-5)", "negative"},
      {R"("origin":"x")", R"("origin":"x","network":"[network")", "network: "},
      {R"("origin":"x")",
       R"("origin":"x","network":"[network]\ninput = [3]\n[[layer]]\nop=\"dense\"\nunits=2\nbias=false")",
       "its nodes are not those"},
  };
  for (const auto& [what, with, expected] : cases) {
    const std::string text = replaced(header, what, with);
    try {
      parse_trace(text, "run.jsonl");
      ADD_FAILURE() << with;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("run.jsonl, line 1, byte offset 0"), HasSubstr(expected)));
    }
  }
}

TEST(TraceFileTest, OtherFilesAreNoTraces) {
  EXPECT_THAT(message_of("loss,accuracy\n1,2\n"), HasSubstr("this is no trace"));
  EXPECT_THAT(message_of("{\"epoch\": 1}\n"), HasSubstr("a trace starts with"));
  EXPECT_THAT(message_of(""), HasSubstr("it is empty"));
  EXPECT_THAT(message_of(std::string(1000, '\0') + "\n"), HasSubstr("a zero byte"));
}

TEST(TraceFileTest, LimitsEndInAnErrorAndNotInMemory) {
  EXPECT_THAT(message_of(with_header(std::string(1000, ' ')), ErrorCode::bad_data, {.line_bytes = 500}),
              AllOf(HasSubstr("line 2"), HasSubstr("longer than 500 bytes")));
  const std::string bins = R"({"record":"step","step":0,"parameters":[{}],"nodes":[{},{"output_histogram":{"low":0,)"
                           R"("high":1,"counts":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}}]})";
  const std::size_t without =
      sizeof(observe::TraceStep) + 2 * sizeof(observe::NodeRecord) + sizeof(observe::ParameterRecord);
  EXPECT_THAT(message_of(with_header(bins + "\n"), ErrorCode::bad_data, {.memory_bytes = without + 255}),
              HasSubstr("limit"));
  std::string steps;
  for (int i = 0; i < 100; ++i) steps += R"({"record":"step","step":)" + std::to_string(i) + "}\n";
  EXPECT_THAT(message_of(with_header(steps), ErrorCode::bad_data, {.memory_bytes = 20 * sizeof(observe::TraceStep)}),
              AllOf(HasSubstr("line 22"), HasSubstr("limit")));
}

TEST(TraceFileTest, AFileThatIsNotThereIsMissing) {
  try {
    read_trace("no/such/run.jsonl");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::missing_data);
  }
}

}  // namespace
}  // namespace fanin::experiment
