# Every third-party package, found once. scripts/install_deps.sh installs them on Debian and
# Ubuntu; README.md names the packages elsewhere.
find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(dnnl CONFIG REQUIRED) # 2.6 or 3.x: an unversioned request, because 3.x refuses "2.6"
find_package(hwy CONFIG REQUIRED)
find_package(Eigen3 3.4 CONFIG REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(SQLite3 3.37 REQUIRED) # STRICT tables
find_package(fmt CONFIG REQUIRED)
find_package(nlohmann_json 3.11 CONFIG REQUIRED)
find_package(tomlplusplus CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
if(FANIN_MPI)
  find_package(MPI REQUIRED COMPONENTS CXX)
endif()
if(FANIN_TESTS)
  find_package(GTest CONFIG REQUIRED)
endif()
if(FANIN_BENCH)
  find_package(benchmark CONFIG REQUIRED)
endif()
