#include "fanin/experiment/data/text.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <numeric>
#include <string>

#include "fanin/experiment/data/shipped.hpp"
#include "fanin/experiment/data/test_files.hpp"
#include "fanin/experiment/data_set.hpp"

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The characters that a part's inputs or labels stand for; '?' is the unknown one.
template <typename Values>
std::string spelled(const DataSet& data, const Values& values) {
  std::string text;
  for (const auto token : values) {
    const std::string& meaning = data.token_texts.at(static_cast<std::size_t>(token));
    text += meaning.empty() ? "?" : meaning;
  }
  return text;
}
std::string inputs(const DataSet& data, const Samples& samples) {
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(samples.count));
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<float> out(rows.size() * static_cast<std::size_t>(samples.features));
  gather_inputs(samples, data.scaling, rows, out);
  return spelled(data, out);
}

DataSet load(const std::filesystem::path& file, int length, const DataOptions& options = {}) {
  return load_data_set("text(file=" + file.string() + ", length=" + std::to_string(length) + ")", options);
}

TEST(Text, WindowsFollowEachOtherAndLabelsAreOneCharacterFurtherOn) {
  const TestFolder folder;
  const DataSet data = load(folder.write("a.txt", "abcabcddab ab"), 3, {.test_fraction = 0.25});
  // Four windows of 3 in 13 bytes: abc abc dda "b a", and the last label is b.
  EXPECT_EQ(data.sample_shape, Shape{3});
  EXPECT_EQ(data.positions, 3);
  EXPECT_EQ(data.train.positions, 3);
  EXPECT_EQ(inputs(data, data.train), "abcabcdda");
  EXPECT_EQ(spelled(data, data.train.labels), "bcabcddab");
  EXPECT_EQ(inputs(data, data.test), "b?a");  // the training part has no space
  EXPECT_EQ(spelled(data, data.test.labels), "?ab");
  EXPECT_THAT(data.token_texts, ElementsAre("", "a", "b", "c", "d"));
  EXPECT_EQ(data.vocabulary, 5);
  EXPECT_EQ(data.outputs, 5);
  EXPECT_TRUE(data.tokens);
  EXPECT_EQ(data.scaling.description, "tokens");
}

TEST(Text, TheValidationPartLiesBetweenTheOtherTwo) {
  const TestFolder folder;
  std::string text;
  for (char c = 'a'; c <= 'j'; ++c) text += std::string(2, c);  // ten windows of two
  const auto file = folder.write("a.txt", text + "!");
  const DataSet data = load(file, 2, {.validation_fraction = 0.25, .test_fraction = 0.2});
  EXPECT_EQ(inputs(data, data.train), "aabbccddeeff");
  EXPECT_EQ(inputs(data, data.validation), "gghh");
  EXPECT_EQ(data.test.count, 2);
  // The vocabulary is that of everything before the test part, so these options leave it alone.
  EXPECT_EQ(data.vocabulary, 1 + 9);  // a to h, and i as the last label
  EXPECT_EQ(load(file, 2, {.limit_train = 3}).vocabulary, 10);
  EXPECT_EQ(inputs(data, load(file, 2, {.limit_train = 3}).train), "aabbcc");
}

TEST(Text, BytesAboveAsciiAreTokensToo) {
  const TestFolder folder;
  const DataSet data = load(folder.write("a.txt", "\xC3\xA4\xC3\xB6\xC3\xA4\xC3\xB6\xC3"), 2, {.test_fraction = 0.5});
  EXPECT_THAT(data.token_texts, ElementsAre("", "\xA4", "\xB6", "\xC3"));
  EXPECT_EQ(inputs(data, data.train), "\xC3\xA4\xC3\xB6");
}

TEST(Text, AFileOfAllBytesLeavesTheLastOneUnknown) {
  const TestFolder folder;
  std::string text;
  for (int repeat = 0; repeat < 3; ++repeat) {
    for (int byte = 0; byte < 256; ++byte) text += static_cast<char>(byte);
  }
  const DataSet data = load(folder.write("a.bin", text), 16);
  EXPECT_EQ(data.vocabulary, 256);
  EXPECT_EQ(data.token_texts.size(), 256U);
  EXPECT_EQ(data.train.labels[254], 0);  // the byte 255 follows the byte 254
  EXPECT_EQ(data.train.labels[253], 255);
}

TEST(Text, TheTextThatComesWithFaninIsFoundAndHoldsANovel) {
  const DataSet data = load_data_set("text", {});
  EXPECT_EQ(data.name, "text(length=64)");
  EXPECT_EQ(data.train.features, 64);
  EXPECT_GT(data.train.count, 500);
  EXPECT_THAT(inputs(data, data.train), HasSubstr("It is a truth universally acknowledged"));
  EXPECT_EQ(data.vocabulary, 69);  // 68 of its 69 characters come before the test part
  // The name is itself a text that gives the same data.
  EXPECT_EQ(load_data_set(data.name, {}).train.labels, data.train.labels);
  EXPECT_EQ(load_data_set("text(file=" + data.source + ")", {}).train.labels, data.train.labels);
}

TEST(Text, TheDataFolderComesBeforeTheSources) {
  const TestFolder folder;
  folder.write("text/pride_and_prejudice.txt", std::string(100, 'a') + std::string(100, 'b'));
  ::setenv("FANIN_DATA_DIR", folder.path().c_str(), 1);
  const DataSet data = load_data_set("text(length=4)", {.test_fraction = 0.3});
  const std::vector<std::filesystem::path> folders = shipped_folders();
  const Error error = error_of([] { find_shipped("text/none.txt"); });
  ::unsetenv("FANIN_DATA_DIR");
  EXPECT_EQ(data.vocabulary, 3);
  EXPECT_EQ(folders.front(), folder.path());
  EXPECT_EQ(folders.size(), 4U);
  EXPECT_EQ(error.code(), ErrorCode::missing_data);
  EXPECT_THAT(error.message(), HasSubstr((folder.path() / "text/none.txt").string()));
}

TEST(Text, WhatMakesNoDataIsRefused) {
  const TestFolder folder;
  const auto error = [&](const std::string& spec, const DataOptions& options = {}) {
    return error_of([&] { load_data_set(spec, options); });
  };
  const std::string file = folder.write("a.txt", "abcdefghijklmnopqrstuvwxyz").string();
  const std::string spec = "text(file=" + file + ", length=";
  EXPECT_THAT(error(spec + "0)").message(), HasSubstr("length=0"));
  EXPECT_THAT(error(spec + "65537)").message(), HasSubstr("length=65537"));
  EXPECT_THAT(error(spec + "26)").message(), HasSubstr("0 windows of the 26 bytes"));
  EXPECT_EQ(error(spec + "20)").code(), ErrorCode::bad_value);  // one window: no test part
  EXPECT_EQ(error("text(file=" + folder.write("empty.txt", "").string() + ")").code(), ErrorCode::bad_value);
  EXPECT_EQ(error("text(file=" + folder.write("same.txt", std::string(999, 'a')).string() + ")").code(),
            ErrorCode::bad_data);
  EXPECT_EQ(error("text(file=" + (folder.path() / "none.txt").string() + ")").code(), ErrorCode::missing_data);
  EXPECT_EQ(error("text(file=" + folder.path().string() + ")").code(), ErrorCode::missing_data);
  EXPECT_EQ(error("text(file=)").code(), ErrorCode::bad_syntax);
  EXPECT_EQ(error("text(fiel=a)").code(), ErrorCode::unknown_name);
  EXPECT_THAT(error("text(fiel=a)").message(), HasSubstr("file"));
  EXPECT_EQ(error("text", {.task = Task::regression}).where(), "--task");
  EXPECT_EQ(error("text", {.standardize = true}).where(), "--standardize");
  EXPECT_EQ(error(file).code(), ErrorCode::unsupported);
  EXPECT_THAT(error(file).message(), HasSubstr("text(file=" + file + ")"));
}

}  // namespace
}  // namespace fanin::experiment
