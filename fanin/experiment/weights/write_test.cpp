#include "fanin/experiment/weights/write.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "fanin/core/error.hpp"
#include "fanin/experiment/weights/audit.hpp"
#include "fanin/experiment/weights/manifest.hpp"
#include "fanin/experiment/weights/slice.hpp"

namespace fanin::experiment {
namespace {

class Folder final {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "fanin-weights-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(const char* name) const { return path_ / name; }
  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// 12 MB in several chunks, more tensors than one chunk holds, and a rule that needs whole tensors.
WeightPlan several_chunks() { return plan_network({.net = "1500-1500-400-3", .init = "he_normal"}); }

TEST(Write, ThreadsChangeNoByte) {
  const Folder folder;
  for (const char* rule : {"he_normal", "orthogonal", "zeros"}) {
    const WeightPlan plan = plan_network({.net = "300-200-100-3", .init = rule});
    for (const unsigned threads : {1U, 2U, 3U}) {
      write_weights(plan, {.path = folder / (threads == 1 ? "a.safetensors" : "b.safetensors"), .threads = threads});
      if (threads > 1) {
        EXPECT_EQ(bytes_of(folder / "a.safetensors"), bytes_of(folder / "b.safetensors"));
      }
    }
  }
}

TEST(Write, AFileIsTheConcatenationOfItsSlices) {
  const Folder folder;
  const WeightPlan plan = several_chunks();
  write_weights(plan, {.path = folder / "w.safetensors", .threads = 2});
  const auto file = open_weights(folder / "w.safetensors");
  for (const StoredTensor& tensor : file->tensors()) {
    const auto count = static_cast<std::uint64_t>(tensor.shape.count());
    std::vector<std::byte> stored(count * sizeof(float));
    file->read(tensor, 0, stored);
    for (const std::uint64_t from : {std::uint64_t{0}, count / 3, count - 1}) {
      const io::Array part = draw_slice(plan, {.tensor = tensor.name, .from = from, .to = {}}, 1);
      EXPECT_TRUE(std::ranges::equal(std::as_bytes(std::span(part.data)),
                                     std::span(stored).subspan(static_cast<std::size_t>(from) * sizeof(float))));
    }
  }
}

TEST(Write, StoppedWritingIsResumedWithTheSameBytesAndChecksums) {
  const Folder folder;
  const WeightPlan plan = several_chunks();
  TensorChecksums whole(plan.tensors.size());
  WriteOptions options{.path = folder / "whole.safetensors", .max_shard_bytes = 0, .inspect = {}};
  options.inspect = [&](std::size_t i, std::uint64_t first, std::span<const std::byte> b) { whole.see(i, first, b); };
  write_weights(plan, options);
  for (const std::uint64_t shard : {std::uint64_t{0}, std::uint64_t{3'000'000}}) {
    const Folder parts;
    std::stop_source stop;
    WriteProgress progress;
    WriteOptions first{.path = parts / "w.safetensors", .max_shard_bytes = shard, .inspect = {}};
    first.inspect = [&](std::size_t, std::uint64_t, std::span<const std::byte>) { stop.request_stop(); };
    const WriteResult stopped = write_weights(plan, first, &progress, stop.get_token());
    EXPECT_TRUE(stopped.interrupted);
    EXPECT_LT(stopped.bytes, plan.bytes());
    TensorChecksums again(plan.tensors.size());
    WriteOptions second{.path = parts / "w.safetensors", .max_shard_bytes = shard, .resume = true, .inspect = {}};
    second.inspect = [&](std::size_t i, std::uint64_t at, std::span<const std::byte> b) { again.see(i, at, b); };
    const WriteResult resumed = write_weights(plan, second);
    EXPECT_EQ(resumed.resumed, stopped.bytes);
    EXPECT_GT(resumed.resumed, 0U);
    EXPECT_FALSE(resumed.partial_dropped);
    EXPECT_EQ(again.values(), whole.values());
    if (shard == 0) {
      EXPECT_EQ(bytes_of(parts / "w.safetensors"), bytes_of(folder / "whole.safetensors"));
    }
    EXPECT_EQ(parts.count(), resumed.files.size());
  }
}

TEST(Write, StoppedWritingOfAnNpzLeavesNothing) {
  const Folder folder;
  std::stop_source stop;
  WriteOptions options{.path = folder / "w.npz", .inspect = {}};
  options.inspect = [&](std::size_t, std::uint64_t, std::span<const std::byte>) { stop.request_stop(); };
  EXPECT_TRUE(write_weights(several_chunks(), options, nullptr, stop.get_token()).interrupted);
  EXPECT_EQ(folder.count(), 0U);
}

TEST(Write, WithoutResumeAPartialFileIsDroppedWhateverItHolds) {
  const Folder folder;
  std::ofstream(folder / "w.safetensors.partial") << "of another recipe, and long enough to hold a header";
  write_weights(plan_network({.net = "3-2"}), {.path = folder / "w.safetensors"});
  EXPECT_EQ(folder.count(), 1U);
}

TEST(Write, AnErrorHalfWayLeavesNothing) {
  const Folder folder;
  WriteOptions options{.path = folder / "w.safetensors", .max_shard_bytes = 3'000'000, .inspect = {}};
  options.inspect = [](std::size_t tensor, std::uint64_t, std::span<const std::byte>) {
    if (tensor == 2) throw Error(ErrorCode::io_failure, "disk", "full");
  };
  EXPECT_THROW(write_weights(several_chunks(), options), Error);
  EXPECT_EQ(folder.count(), 0U);
}

TEST(Write, FreshWeightsLikeAnotherFileKeepWhatIsNotDrawn) {
  const Folder folder;
  write_weights(plan_network({.net = "30-20-3", .seed = 5}), {.path = folder / "old.npz"});
  const WeightPlan plan = plan_like({.file = (folder / "old.npz").string(),
                                     .init = "he_normal",
                                     .embedding_init = "",
                                     .roles = {"layer2.weight=keep"},
                                     .seed = 6});
  write_weights(plan, {.path = folder / "new.safetensors"});
  const auto old = open_weights(folder / "old.npz");
  const auto fresh = open_weights(folder / "new.safetensors");
  const auto read = [](const WeightFile& file, std::string_view name) {
    const StoredTensor& tensor = file.find(name);
    std::vector<std::byte> bytes(static_cast<std::size_t>(tensor.shape.count()) * sizeof(float));
    file.read(tensor, 0, bytes);
    return bytes;
  };
  EXPECT_EQ(read(*old, "layer2.weight"), read(*fresh, "layer2.weight"));
  EXPECT_NE(read(*old, "layer1.weight"), read(*fresh, "layer1.weight"));
}

TEST(Audit, RecognizesTheRuleThatDrewAFile) {
  const Folder folder;
  for (const char* rule : {"he_normal", "glorot_uniform", "normal(std=0.02)"}) {
    write_weights(plan_network({.net = "784-256-10", .init = rule}), {.path = folder / "w.safetensors"});
    const WeightAudit audit = audit_weights(folder / "w.safetensors");
    EXPECT_TRUE(audit.findings.empty()) << rule;
    for (const AuditedTensor& tensor : audit.tensors) {
      if (tensor.name != "layer1.weight") continue;
      std::vector<std::string> rules;
      for (const init::Compatible& match : tensor.compatible) rules.push_back(match.rule);
      EXPECT_THAT(rules, ::testing::Contains(rule));
    }
  }
}

}  // namespace
}  // namespace fanin::experiment
