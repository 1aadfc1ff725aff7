#include "fanin/io/atomic_file.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "fanin/io/test_bytes.hpp"

namespace fanin::io {
namespace {

/// Lets no file grow beyond `bytes` while it lives: what a full disk does to a writer.
class FileSizeLimit final {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    old_handler_ = ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit limit = old_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    ::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int) = SIG_DFL;
};

TEST(AtomicFile, NothingStandsUnderTheNameBeforeCommit) {
  const TemporaryFolder folder;
  put_file(folder / "a", "old");
  AtomicFile file(folder / "a");
  file.write("new");
  EXPECT_EQ(file.size(), 3U);
  EXPECT_EQ(get_file(folder / "a"), "old");
  file.commit();
  EXPECT_EQ(get_file(folder / "a"), "new");
  EXPECT_EQ(folder.file_count(), 1U);
}

TEST(AtomicFile, AWriterThatIsDroppedLeavesTheFolderAsItWas) {
  const TemporaryFolder folder;
  put_file(folder / "a", "old");
  {
    AtomicFile file(folder / "a");
    file.write("half of the n");
    AtomicFile moved = std::move(file);
    moved.write("ew");
    EXPECT_EQ(folder.file_count(), 2U);
  }
  EXPECT_EQ(get_file(folder / "a"), "old");
  EXPECT_EQ(folder.file_count(), 1U);
}

TEST(AtomicFile, AFullDiskIsAnIoFailureAndLeavesNothingBehind) {
  const TemporaryFolder folder;
  put_file(folder / "a", "old");
  const FileSizeLimit limit(1000);
  expect_error(ErrorCode::io_failure, (folder / "a").string() + ": writing failed: File too large",
               [&] { write_file_atomically(folder / "a", std::string(2000, 'x')); });
  EXPECT_EQ(get_file(folder / "a"), "old");
  EXPECT_EQ(folder.file_count(), 1U);
}

TEST(AtomicFile, PlacesThatCannotBeWrittenAreIoFailuresWithThePath) {
  const TemporaryFolder folder;
  expect_error(ErrorCode::io_failure, "none/a", [&] { AtomicFile file(folder / "none/a"); });
  expect_error(ErrorCode::io_failure, "is a folder", [&] { AtomicFile file(folder.path()); });
  expect_error(ErrorCode::io_failure, "is a folder", [&] { AtomicFile file(folder / "new/"); });
  put_file(folder / "file", "");
  expect_error(ErrorCode::io_failure, "Not a directory", [&] { AtomicFile file(folder / "file/a"); });
  EXPECT_EQ(folder.file_count(), 1U);
}

TEST(AtomicFile, ADeviceIsWrittenDirectly) {
  write_file_atomically("/dev/null", "gone");
  expect_error(ErrorCode::io_failure, "No space left", [] { write_file_atomically("/dev/full", "text"); });
}

TEST(AtomicFile, ASymbolicLinkStaysAndItsTargetIsReplaced) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "deep");
  put_file(folder / "deep/target", "old");
  std::filesystem::create_symlink("deep/target", folder / "link");
  write_file_atomically(folder / "link", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(get_file(folder / "deep/target"), "new");
}

TEST(AtomicFile, PermissionsOfAReplacedFileAreKept) {
  const TemporaryFolder folder;
  put_file(folder / "a", "old");
  ::chmod((folder / "a").c_str(), 0600);
  write_file_atomically(folder / "a", "new");
  struct stat status {};
  ASSERT_EQ(::stat((folder / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(AtomicFile, WrittenBytesCanBeRewrittenAndReadBack) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "a");
  file.write("0123456789");
  file.write_at(2, as_input("ab"));
  std::string middle(4, ' ');
  file.read_at(1, std::as_writable_bytes(std::span(middle)));
  EXPECT_EQ(middle, "1ab4");
  file.truncate(5);
  file.write("!");
  file.commit();
  EXPECT_EQ(get_file(folder / "a"), "01ab4!");
}

TEST(AtomicFile, AResumableFileIsContinued) {
  const TemporaryFolder folder;
  {
    AtomicFile file(folder / "a", AtomicFile::Mode::resumable);
    file.write("first ");
  }
  EXPECT_EQ(get_file(folder / "a.partial"), "first ");
  {
    AtomicFile file(folder / "a", AtomicFile::Mode::resumable);
    EXPECT_EQ(file.size(), 6U);
    file.write("second");
    file.commit();
  }
  EXPECT_EQ(get_file(folder / "a"), "first second");
  EXPECT_EQ(folder.file_count(), 1U);
}

TEST(AtomicFile, APartialFileHasOneWriterAtATime) {
  const TemporaryFolder folder;
  AtomicFile first(folder / "a", AtomicFile::Mode::resumable);
  first.write("text");
  expect_error(ErrorCode::io_failure, "another process",
               [&] { AtomicFile second(folder / "a", AtomicFile::Mode::resumable); });
  first.commit();
  EXPECT_EQ(get_file(folder / "a"), "text");
}

TEST(AtomicFile, ASealedFileIsOnlyRenamedByCommit) {
  const TemporaryFolder folder;
  AtomicFile first(folder / "a");
  first.write("a");
  first.seal();
  EXPECT_FALSE(std::filesystem::exists(folder / "a"));
  first.commit();
  EXPECT_EQ(get_file(folder / "a"), "a");
}

TEST(AtomicFile, TemporariesOfKilledProcessesCanBeRemoved) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    AtomicFile* const file = new AtomicFile(folder / "a");  // never destroyed
    file->write("half");
    ::_exit(0);
  }
  ASSERT_GT(child, 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_EQ(folder.file_count(), 1U);
  AtomicFile living(folder / "a");
  write_file_atomically(folder / ".a.txt.1-0.tmp", "of another file");
  remove_abandoned_temporaries(folder / "a");
  EXPECT_EQ(folder.file_count(), 2U);
  living.write("whole");
  living.commit();
  EXPECT_EQ(get_file(folder / "a"), "whole");
}

}  // namespace
}  // namespace fanin::io
