// What an operating system refuses: no room, no permission, a file that is locked. No committed run may suffer from it.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/experiment/store/database.hpp"
#include "fanin/experiment/store/store_for_test.hpp"

namespace fanin::experiment {
namespace {

/// The error's text, or nothing.
std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io_failure) << error.what();
    return error.what();
  }
  return {};
}

/// Runs in a process of its own, which may give rights up. @return whether `action` did.
bool in_a_child(const std::function<bool()>& action) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    bool good = false;
    try {
      good = action();
    } catch (...) {
    }
    ::_exit(good ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Commits runs until one is refused. @return how many were not.
int commit_until_refused(StoreWriter& writer, std::int64_t experiment, std::string& message) {
  for (int i = 0; i < 10'000; ++i) {
    message = refusal([&] { writer.commit_run(experiment, full_run("run " + std::to_string(i))); });
    if (!message.empty()) return i;
  }
  return 10'000;
}

void expect_whole_runs(const std::filesystem::path& file, int count) {
  EXPECT_TRUE(check_store(file).empty());
  const StoreReader reader(file);
  const auto runs = reader.runs({});
  ASSERT_EQ(runs.size(), static_cast<std::size_t>(count));
  for (const StoredRun& run : runs) expect_equal(reader.run(run.id), full_run(run.key));
}

TEST(StoreFailures, AFullDiskKeepsEveryCommittedRun) {
  const StoreFolder folder("store_full");
  int committed = 0;
  {
    StoreWriter writer(folder.store(), {.max_pages = 40});
    const std::int64_t experiment = writer.add_experiment(some_experiment());
    std::string message;
    committed = commit_until_refused(writer, experiment, message);
    EXPECT_NE(message.find("disk is full"), std::string::npos) << message;
    EXPECT_NE(message.find(folder.store().string()), std::string::npos) << message;
    EXPECT_FALSE(refusal([&] { writer.commit_run(experiment, full_run("again")); }).empty());
  }
  EXPECT_GT(committed, 5);
  expect_whole_runs(folder.store(), committed);
  StoreWriter writer(folder.store());  // there is room again
  writer.commit_run(1, full_run("later"));
  expect_whole_runs(folder.store(), committed + 1);
}

TEST(StoreFailures, AFileThatMayNotGrowKeepsEveryCommittedRun) {
  const StoreFolder folder("store_limit");
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const bool good = in_a_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const ::rlimit limit{.rlim_cur = 300'000, .rlim_max = 300'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    StoreWriter writer(folder.store());
    const std::int64_t experiment = writer.add_experiment(some_experiment());
    std::string message;
    const int committed = commit_until_refused(writer, experiment, message);
    const auto written = ::write(ready[1], &committed, sizeof committed);
    return written == sizeof committed && message.find("cannot be written") != std::string::npos;
  });
  EXPECT_TRUE(good);
  int committed = 0;
  ASSERT_EQ(::read(ready[0], &committed, sizeof committed), static_cast<::ssize_t>(sizeof committed));
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_GT(committed, 5);
  expect_whole_runs(folder.store(), committed);
}

TEST(StoreFailures, ASecondWriterWaitsAndThenSaysWhy) {
  const StoreFolder folder("store_locked");
  StoreWriter writer(folder.store());
  const auto before = std::chrono::steady_clock::now();
  const std::string message = refusal([&] { StoreWriter(folder.store(), {.wait_seconds = 0.3}); });
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(300));
  EXPECT_NE(message.find("another process is writing"), std::string::npos) << message;
  writer.commit_run(writer.add_experiment(some_experiment()), full_run("first"));
  expect_whole_runs(folder.store(), 1);
}

TEST(StoreFailures, AnotherProgramsLockIsAnErrorAfterTheWait) {
  const StoreFolder folder("store_foreign_lock");
  { const StoreWriter writer(folder.store()); }
  const Database other(folder.store(), Database::Mode::write, {});
  const Transaction held(other);
  const std::string message = refusal([&] {
    StoreWriter writer(folder.store(), {.wait_seconds = 0.2});
    writer.add_experiment(some_experiment());
  });
  EXPECT_NE(message.find("another process is writing"), std::string::npos) << message;
  EXPECT_TRUE(StoreReader(folder.store()).experiments().empty());
}

TEST(StoreFailures, AFolderThatMayNotBeWrittenIsReadAllTheSame) {
  const StoreFolder folder("store_read_only");
  {
    StoreWriter writer(folder.store());
    writer.commit_run(writer.add_experiment(some_experiment()), full_run("a"));
  }
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
  std::filesystem::permissions(folder.store(), std::filesystem::perms(0444));
  EXPECT_TRUE(in_a_child([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return false;  // nothing is forbidden to root
    return StoreReader(folder.store()).runs({}).size() == 1 && check_store(folder.store()).empty();
  }));
  EXPECT_TRUE(in_a_child([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return false;
    return refusal([&] { const StoreWriter writer(folder.store()); }).find("cannot be written") != std::string::npos;
  }));
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
}

TEST(StoreFailures, AFolderThatIsNotThereIsAnError) {
  const std::string message = refusal([] { StoreWriter("/nowhere/at/all/fanin.sqlite"); });
  EXPECT_NE(message.find("No such file"), std::string::npos) << message;
}

}  // namespace
}  // namespace fanin::experiment
