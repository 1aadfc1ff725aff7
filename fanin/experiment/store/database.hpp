// SQLite behind values, transactions and fanin's errors; only database.cpp knows its interface. Every file may be
// hostile: types are checked where a value is read, and no query takes more time or memory than the file's size allows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "fanin/experiment/store/store.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace fanin::experiment {

class Database;

/// One statement in execution. It must not outlive its database.
class Statement final {
 public:
  Statement(const Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// In the order of the statement's question marks; NaN becomes NULL.
  Statement& bind(std::int64_t value);
  Statement& bind(double value);
  Statement& bind(std::string_view value);
  /// @return whether there is a row.
  bool step();
  /// For a statement without rows, ready for the next values after it.
  void run();

  /// Of the row's columns from 0. @throws Error bad_data for a value of another type.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;  ///< NULL is NaN
  [[nodiscard]] std::string text(int column) const;

 private:
  [[noreturn]] void wrong_type(int column, const char* wanted) const;

  const Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  int next_value_ = 1;
  mutable std::int64_t bytes_left_ = 0;  // until the rows hold more than the file can
};

class Database final {
 public:
  enum class Mode { read, write };

  /// @throws Error as store.hpp says.
  Database(const std::filesystem::path& file, Mode mode, const StoreOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(std::string_view sql) const;
  [[nodiscard]] std::int64_t integer_of(std::string_view sql) const;  ///< of the only row
  [[nodiscard]] std::int64_t last_row_id() const noexcept;
  [[nodiscard]] bool in_transaction() const noexcept;
  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

  [[noreturn]] void damaged(const std::string& what) const;

 private:
  friend class Statement;
  void open(bool immutable);
  void prepare_connection();
  [[noreturn]] void fail(int code) const;
  static int watch_effort(void* database) noexcept;

  std::filesystem::path file_;
  Mode mode_;
  StoreOptions options_;
  sqlite3* handle_ = nullptr;
  std::int64_t file_bytes_ = 0;
  mutable std::int64_t effort_left_ = 0;  // of the running statement, in millions of virtual machine steps
};

/// From its construction to commit(), or to nothing.
class Transaction final {
 public:
  explicit Transaction(const Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  const Database& database_;
};

}  // namespace fanin::experiment
