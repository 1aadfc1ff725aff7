#include "fanin/io/safetensors_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "fanin/io/test_bytes.hpp"

namespace fanin::io {
namespace {

/// Tensors of 40, 8, 6, 24 and 0 bytes.
std::vector<TensorSpec> model() {
  return {{"z.weight", DType::f32, Shape({2, 5})},
          {"a.weight", DType::f64, Shape({1})},
          {"a.half", DType::bf16, Shape({3})},
          {"b.weight", DType::f32, Shape({6})},
          {"none", DType::f32, Shape({0, 4})}};
}

/// The bytes that the tests give a tensor: a function of its name and the byte's place only.
std::string bytes_of(const TensorSpec& tensor) {
  std::string bytes(static_cast<std::size_t>(tensor.shape.count()) * size_of(tensor.dtype), '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(tensor.name[0] + 3 * static_cast<int>(i));
  return bytes;
}

void write_rest(SafetensorsWriter& writer) {
  const SafetensorsWriter::Position start = writer.position();
  for (std::size_t i = start.tensor; i < writer.order().size(); ++i) {
    const std::string bytes = bytes_of(writer.order()[i]);
    writer.write(as_input(std::string_view(bytes).substr(i == start.tensor ? start.byte : 0)));
  }
}

void write_model(const std::filesystem::path& path, const SafetensorsOptions& options = {}) {
  SafetensorsWriter writer(path, model(), options);
  write_rest(writer);
  writer.commit();
}

SafetensorsOptions shards_of(std::uint64_t bytes, bool resumable = false) {
  SafetensorsOptions options;
  options.max_shard_bytes = bytes;
  options.resumable = resumable;
  return options;
}

/// Checks that these files together hold the whole model.
void expect_model(const std::vector<std::filesystem::path>& files) {
  std::size_t found = 0;
  for (const std::filesystem::path& path : files) {
    const SafetensorsFile file(path);
    for (const TensorSpec& tensor : model()) {
      const auto entry = std::ranges::find(file.entries(), tensor.name, &SafetensorsEntry::name);
      if (entry == file.entries().end()) continue;
      ++found;
      const Array array = file.read(*entry);
      EXPECT_EQ(array.dtype, tensor.dtype);
      EXPECT_EQ(array.shape, tensor.shape);
      EXPECT_EQ(std::string(array.data.begin(), array.data.end()), bytes_of(tensor)) << tensor.name;
    }
  }
  EXPECT_EQ(found, model().size());
}

TEST(SafetensorsWriter, TheFileIsTheFormatsByteForByte) {
  const TemporaryFolder folder;
  const std::vector<float> b{1.0F};
  const std::vector<std::uint8_t> a{7, 8};
  const std::vector<NamedArray> arrays{{"a", view_of(std::span(a), Shape({2}))},
                                       {"b", view_of(std::span(b), Shape({1}))}};
  write_safetensors(folder / "t.safetensors", arrays);
  // By hand from the format's description: the wider type first, header padded with blanks to 8 bytes.
  std::string json = R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                     R"("a":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}})";
  json.append(8 - json.size() % 8, ' ');
  EXPECT_EQ(get_file(folder / "t.safetensors"),
            little_endian(json.size(), 8) + json + little_endian(0x3F800000, 4) + "\7\b");
}

TEST(SafetensorsWriter, TensorsAreOrderedByAlignmentThenName) {
  const TemporaryFolder folder;
  const SafetensorsWriter writer(folder / "m.safetensors", model(), {});
  std::vector<std::string> names;
  for (const TensorSpec& tensor : writer.order()) names.push_back(tensor.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a.weight", "b.weight", "none", "z.weight", "a.half"}));
}

TEST(SafetensorsWriter, AModelIsReadBackAsWritten) {
  const TemporaryFolder folder;
  SafetensorsOptions options;
  options.metadata = {{"recipe", "he_normal, \"seed\" 1\n"}};
  write_model(folder / "m.safetensors", options);
  expect_model({folder / "m.safetensors"});
  EXPECT_EQ(SafetensorsFile(folder / "m.safetensors").metadata(),
            (SafetensorsMetadata{{"format", "pt"}, {"recipe", "he_normal, \"seed\" 1\n"}}));
  EXPECT_EQ(folder.file_count(), 1U);
}

TEST(SafetensorsWriter, ShardsComeWithAnIndex) {
  const TemporaryFolder folder;
  // In model order: 40 | 8 + 6 | 24 + 0 bytes.
  SafetensorsWriter writer(folder / "m.safetensors", model(), shards_of(24));
  write_rest(writer);
  EXPECT_EQ(folder.file_count(), 3U);  // temporary ones
  EXPECT_FALSE(std::filesystem::exists(folder / "m-00001-of-00003.safetensors"));
  writer.commit();
  std::vector<std::filesystem::path> files = writer.files();
  EXPECT_EQ(files, (std::vector<std::filesystem::path>{
                       folder / "m-00001-of-00003.safetensors", folder / "m-00002-of-00003.safetensors",
                       folder / "m-00003-of-00003.safetensors", folder / "m.safetensors.index.json"}));
  EXPECT_EQ(folder.file_count(), 4U);
  const SafetensorsIndex index = read_safetensors_index(files.back());
  files.pop_back();
  expect_model(files);
  EXPECT_EQ(index.total_bytes, 78U);
  for (const TensorSpec& tensor : model()) {
    const SafetensorsFile file(folder / index.file_of.at(tensor.name));
    EXPECT_EQ(file.find(tensor.name).name, tensor.name);
  }
}

TEST(SafetensorsWriter, AModelThatFitsOneShardGetsThePlainName) {
  const TemporaryFolder folder;
  write_model(folder / "m.safetensors", shards_of(1000));
  EXPECT_EQ(folder.file_count(), 1U);
  expect_model({folder / "m.safetensors"});
}

TEST(SafetensorsWriter, AnInterruptedWriterLeavesTheOldModelAlone) {
  const TemporaryFolder folder;
  write_model(folder / "m.safetensors");
  const std::string before = get_file(folder / "m.safetensors");
  {
    SafetensorsWriter writer(folder / "m.safetensors", model(), {});
    writer.write(as_input("01234567"));
    expect_error(ErrorCode::bad_shape, "70 bytes of tensors are missing", [&] { writer.commit(); });
  }
  EXPECT_EQ(get_file(folder / "m.safetensors"), before);
  EXPECT_EQ(folder.file_count(), 1U);
}

TEST(SafetensorsWriter, AResumedWriterGivesIdenticalBytesWhereverItWasInterrupted) {
  const TemporaryFolder whole_folder;
  write_model(whole_folder / "m.safetensors", shards_of(24, true));
  constexpr std::uint64_t kTotal = 78;
  for (std::uint64_t stop = 0; stop <= kTotal; stop += 3) {
    const TemporaryFolder folder;
    {
      SafetensorsWriter writer(folder / "m.safetensors", model(), shards_of(24, true));
      std::string all;
      for (const TensorSpec& tensor : writer.order()) all += bytes_of(tensor);
      writer.write(as_input(std::string_view(all).substr(0, stop)));
    }
    SafetensorsWriter writer(folder / "m.safetensors", model(), shards_of(24, true));
    EXPECT_LE(writer.written_bytes(), stop);
    EXPECT_GT(writer.written_bytes() + 8, stop);  // at most one element is written again
    if (stop < kTotal) {
      const SafetensorsWriter::Position at = writer.position();
      EXPECT_EQ(at.byte % size_of(writer.order()[at.tensor].dtype), 0U);
    }
    write_rest(writer);
    writer.commit();
    for (const std::filesystem::path& file : writer.files()) {
      EXPECT_EQ(get_file(file), get_file(whole_folder / file.filename().string())) << "stopped at " << stop;
    }
    EXPECT_EQ(folder.file_count(), 4U);
  }
}

TEST(SafetensorsWriter, APartialFileOfAnotherRecipeIsNotContinued) {
  const TemporaryFolder folder;
  SafetensorsOptions options = shards_of(0, true);
  options.metadata = {{"seed", "1"}};
  { SafetensorsWriter(folder / "m.safetensors", model(), options).write(as_input("01234567")); }
  options.metadata = {{"seed", "2"}};
  expect_error(ErrorCode::bad_value, "m.safetensors.partial: this partial file was begun with other",
               [&] { SafetensorsWriter(folder / "m.safetensors", model(), options); });
}

TEST(SafetensorsWriter, BytesOfAnInterruptedWriterAreReadBackAcrossShards) {
  const TemporaryFolder folder;
  const std::string bytes = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN";
  { SafetensorsWriter(folder / "m.safetensors", model(), shards_of(24, true)).write(as_input(bytes.substr(0, 48))); }
  const SafetensorsWriter writer(folder / "m.safetensors", model(), shards_of(24, true));
  std::string found(writer.written_bytes(), ' ');
  writer.read_back(0, std::as_writable_bytes(std::span(found)));
  EXPECT_EQ(found, bytes.substr(0, found.size()));
  EXPECT_GT(found.size(), 24U);
  std::string part(7, ' ');
  writer.read_back(20, std::as_writable_bytes(std::span(part)));
  EXPECT_EQ(part, bytes.substr(20, 7));
  expect_error(ErrorCode::bad_value, "are written",
               [&] { writer.read_back(found.size(), std::as_writable_bytes(std::span(part))); });
}

TEST(SafetensorsWriter, ARestartDropsWhatStandsAndDiscardLeavesNothing) {
  const TemporaryFolder folder;
  SafetensorsOptions options = shards_of(24, true);
  { SafetensorsWriter(folder / "m.safetensors", model(), options).write(as_input(std::string(40, 'x'))); }
  options.restart = true;
  SafetensorsWriter writer(folder / "m.safetensors", model(), options);
  EXPECT_EQ(writer.written_bytes(), 0U);
  write_rest(writer);
  writer.discard();
  EXPECT_EQ(folder.file_count(), 0U);
}

TEST(SafetensorsWriter, AFinishedModelIsRecognizedByAResumedWriter) {
  const TemporaryFolder folder;
  write_model(folder / "m.safetensors", shards_of(24, true));
  SafetensorsWriter writer(folder / "m.safetensors", model(), shards_of(24, true));
  EXPECT_EQ(writer.written_bytes(), writer.total_bytes());
  writer.commit();
  EXPECT_EQ(folder.file_count(), 4U);
}

TEST(SafetensorsWriter, ImpossibleModelsAreRefusedBeforeAnythingIsWritten) {
  const TemporaryFolder folder;
  const auto expect_refused = [&](const std::string& name, const std::string& part) {
    const std::vector<TensorSpec> tensors{{"w", DType::f32, Shape({1})}, {name, DType::f32, Shape({1})}};
    expect_error(ErrorCode::bad_value, part, [&] { SafetensorsWriter(folder / "m", tensors, {}); });
  };
  expect_refused("w", "two tensors are named 'w'");
  expect_refused("__metadata__", "cannot name a tensor");
  expect_refused("", "cannot name a tensor");
  expect_refused("\xFF", "UTF-8");
  EXPECT_EQ(folder.file_count(), 0U);
  SafetensorsWriter writer(folder / "m", model(), {});
  expect_error(ErrorCode::bad_shape, "leave room for 78", [&] { writer.write(as_input(std::string(79, ' '))); });
}

TEST(SafetensorsWriter, AModelWithoutTensorsIsAValidFile) {
  const TemporaryFolder folder;
  SafetensorsWriter writer(folder / "m.safetensors", {}, {});
  writer.commit();
  EXPECT_TRUE(SafetensorsFile(folder / "m.safetensors").entries().empty());
}

}  // namespace
}  // namespace fanin::io
