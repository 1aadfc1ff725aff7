#include "fanin/experiment/store/database.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/experiment/store/sqlite_version.hpp"

namespace fanin::experiment {
namespace {

// Longer texts than fanin ever writes: settings, causes and remedies have some kilobytes.
constexpr int kMaxTextBytes = 4 << 20;
constexpr int kStepsBetweenLooks = 1'000'000;

constexpr std::string_view kDamagedHelp =
    "; `fanin runs check` says more, and `sqlite3 FILE .recover | sqlite3 NEW` saves what can be read";

std::string system_text(int number) { return std::generic_category().message(number); }

bool is_there(const std::filesystem::path& file) {
  std::error_code error;
  return std::filesystem::exists(file, error);
}

}  // namespace

Database::Database(const std::filesystem::path& file, Mode mode, const StoreOptions& options)
    : file_(file), mode_(mode), options_(options) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(file_, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw Error(ErrorCode::bad_value, file_.string(), "it is no ordinary file, so it cannot hold a store");
  }
  if (mode_ == Mode::read && !std::filesystem::exists(status)) {
    throw Error(ErrorCode::missing_data, file_.string(),
                "there is no such store; compare, train, check and sweep write one into their --out folder");
  }
  try {
    open(false);
    prepare_connection();
  } catch (...) {
    sqlite3_close(std::exchange(handle_, nullptr));
    throw;
  }
}

Database::~Database() { sqlite3_close(handle_); }

void Database::open(bool immutable) {
  sqlite3_close(std::exchange(handle_, nullptr));
  // As a URI, because only there SQLite can be told that nobody changes the file.
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file_).string()) {
    if (c == '%' || c == '?' || c == '#') {
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      uri += '%';
      uri += kDigits[byte >> 4];
      uri += kDigits[byte & 15];
    } else {
      uri += c;
    }
  }
  if (immutable) uri += "?immutable=1";
  const int access = mode_ == Mode::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(uri.c_str(), &handle_, access | SQLITE_OPEN_URI | SQLITE_OPEN_FULLMUTEX, nullptr);
  if (code != SQLITE_OK) fail(code);
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, static_cast<int>(std::clamp(options_.wait_seconds, 0.0, 86400.0) * 1000));
  // A hostile schema calls no function, and a hostile page is looked at before it is believed.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, kMaxTextBytes);
  sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_progress_handler(handle_, kStepsBetweenLooks, watch_effort, this);
}

void Database::prepare_connection() {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(file_, error);
  if (!error) file_bytes_ = static_cast<std::int64_t>(bytes);
  const std::filesystem::path log = file_.string() + "-wal";
  const auto log_bytes = std::filesystem::file_size(log, error);
  if (!error) file_bytes_ += static_cast<std::int64_t>(log_bytes);
  execute("PRAGMA cell_size_check = ON");
  execute("PRAGMA temp_store = MEMORY");
  if (mode_ == Mode::read) {
    // SQLite wants to write beside the file even to read it. Where it may not, and no log of a writer is waiting to be
    // read with it, the file is all there is.
    const int code = sqlite3_exec(handle_, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr);
    const bool no_room = (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY;
    if (no_room && !is_there(log)) {
      open(true);
    } else if (no_room) {
      throw Error(ErrorCode::io_failure, file_.string(),
                  "a writer's log lies beside it, and it cannot be read where nothing may be written; copy the folder");
    }
    return;
  }
  // A commit appends to the log and waits until the disk has it (FULL): it is durable when it returns, against a
  // kill of the process and a loss of power alike. NORMAL would wait only when the log is moved into the file, so
  // that a loss of power could take the last runs. A run takes seconds and the wait milliseconds.
  execute("PRAGMA journal_mode = WAL");
  execute("PRAGMA synchronous = FULL");
  execute("PRAGMA foreign_keys = ON");
  if (options_.max_pages > 0) execute("PRAGMA max_page_count = " + std::to_string(options_.max_pages));
}

void Database::execute(std::string_view sql) const {
  Statement statement(*this, sql);
  while (statement.step()) {
  }
}

std::int64_t Database::integer_of(std::string_view sql) const {
  Statement statement(*this, sql);
  if (!statement.step()) damaged("a value is missing");
  return statement.integer(0);
}

std::int64_t Database::last_row_id() const noexcept { return sqlite3_last_insert_rowid(handle_); }
bool Database::in_transaction() const noexcept { return sqlite3_get_autocommit(handle_) == 0; }

void Database::damaged(const std::string& what) const {
  throw Error(ErrorCode::bad_data, file_.string(), "this store is damaged: " + what + std::string(kDamagedHelp));
}

void Database::fail(int code) const {
  const std::string said = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  const int system_error = handle_ != nullptr ? sqlite3_system_errno(handle_) : 0;
  const std::string reason = system_error != 0 ? system_text(system_error) : said;
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      throw Error(ErrorCode::bad_data, file_.string(), "it is no SQLite database, or its first page is damaged");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(ErrorCode::io_failure, file_.string(),
                  "another process is writing this store; wait for it to end, or write into another folder");
    case SQLITE_FULL:
      throw Error(ErrorCode::io_failure, file_.string(),
                  "the disk is full, so this was not written; every run committed before is kept");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      throw Error(ErrorCode::io_failure, file_.string(),
                  (mode_ == Mode::read ? "cannot be read: " : "cannot be written: ") + reason);
    case SQLITE_CONSTRAINT: throw Error(ErrorCode::bad_value, file_.string(), "this does not fit the store: " + said);
    case SQLITE_NOMEM: throw std::bad_alloc();
    case SQLITE_INTERRUPT: damaged("reading it takes longer than its size can explain");
    default: damaged(said);
  }
}

int Database::watch_effort(void* database) noexcept {
  return --static_cast<const Database*>(database)->effort_left_ < 0 ? 1 : 0;
}

Statement::Statement(const Database& database, std::string_view sql) : database_(database) {
  // A row costs some hundred steps and has at least some bytes.
  database.effort_left_ = 100 + database.file_bytes_ / 10'000;
  bytes_left_ = (std::int64_t{64} << 20) + 8 * database.file_bytes_;
  const int code = sqlite3_prepare_v2(database.handle_, sql.data(), static_cast<int>(sql.size()), &statement_, nullptr);
  if (code != SQLITE_OK) database.fail(code);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_, next_value_++, value);
  return *this;
}

Statement& Statement::bind(double value) {
  sqlite3_bind_double(statement_, next_value_++, value);
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  const int code =
      sqlite3_bind_text64(statement_, next_value_++, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code == SQLITE_TOOBIG) {
    throw Error(ErrorCode::bad_value, database_.file_.string(), "a text of more than 4 MiB has no place in a store");
  }
  if (code != SQLITE_OK) database_.fail(code);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_DONE) return false;
  if (code != SQLITE_ROW) database_.fail(code);
  bytes_left_ -= 4;
  if (bytes_left_ < 0) database_.damaged("its rows hold more than its size can explain");
  return true;
}

void Statement::run() {
  while (step()) {
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  next_value_ = 1;
}

std::int64_t Statement::integer(int column) const {
  if (sqlite3_column_type(statement_, column) != SQLITE_INTEGER) wrong_type(column, "whole number");
  return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const {
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_NULL: return kNotMeasured;
    case SQLITE_FLOAT:
    case SQLITE_INTEGER: return sqlite3_column_double(statement_, column);
    default: wrong_type(column, "number");
  }
}

std::string Statement::text(int column) const {
  if (sqlite3_column_type(statement_, column) != SQLITE_TEXT) wrong_type(column, "text");
  const unsigned char* const bytes = sqlite3_column_text(statement_, column);
  if (bytes == nullptr) database_.fail(SQLITE_NOMEM);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  bytes_left_ -= static_cast<std::int64_t>(size);
  if (bytes_left_ < 0) database_.damaged("its texts hold more than its size can explain");
  return {bytes, bytes + size};
}

void Statement::wrong_type(int column, const char* wanted) const {
  const char* const name = sqlite3_column_name(statement_, column);
  std::string what = "'";
  what.append(name != nullptr ? name : "?").append("' holds no ").append(wanted);
  database_.damaged(what);
}

Transaction::Transaction(const Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  if (!database_.in_transaction()) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const Error&) {
    // The connection is closed by whoever gets the error that led here; an unfinished transaction is nothing then.
  }
}

void Transaction::commit() { database_.execute("COMMIT"); }

std::string sqlite_version() { return ::sqlite3_libversion(); }

}  // namespace fanin::experiment
