# fanin_room(NAME <room>
#            ROOMS <room>...          the rooms it may include (public)
#            PRIVATE <target>...      third-party targets, never seen in a public header
#            HEADERS <file>...        public headers
#            SOURCES <file>...        code (and -inl.hpp files)
#            TESTS <file>...          x_test.cpp files: one GoogleTest program per room
#            TEST_ROOMS <room>...     rooms that only the tests need
#            TEST_PRIVATE <target>... third-party targets that only the tests need
#            BENCHES <file>...)       x_bench.cpp files: one Google Benchmark program per room,
#                                     built by the target `benches`
#
# One target per room, fanin::<room>. All paths are relative to the room's folder.

function(fanin_room)
  cmake_parse_arguments(R "" "NAME"
    "ROOMS;PRIVATE;HEADERS;SOURCES;TESTS;TEST_ROOMS;TEST_PRIVATE;BENCHES" ${ARGN})
  set(target fanin_${R_NAME})
  add_library(${target} STATIC ${R_SOURCES})
  add_library(fanin::${R_NAME} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${R_NAME})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${R_HEADERS})
  target_compile_features(${target} PUBLIC cxx_std_20)
  foreach(room IN LISTS R_ROOMS)
    target_link_libraries(${target} PUBLIC fanin::${room})
  endforeach()
  target_link_libraries(${target} PRIVATE ${R_PRIVATE} $<BUILD_INTERFACE:fanin_warnings>)
  set_property(GLOBAL APPEND PROPERTY FANIN_ROOM_TARGETS ${target})
  # Vector intrinsics give the undefined-behaviour sanitizer nothing to check, yet it makes GCC take
  # minutes for one such file. The address sanitizer stays, and the scalar references keep both.
  if(FANIN_SANITIZE MATCHES "undefined")
    set(kernels ${R_SOURCES})
    list(FILTER kernels INCLUDE REGEX "kernels\\.cpp$")
    set_property(SOURCE ${kernels} APPEND PROPERTY COMPILE_OPTIONS -fno-sanitize=undefined)
  endif()

  if(FANIN_TESTS AND R_TESTS)
    add_executable(${target}_test ${R_TESTS})
    foreach(room IN LISTS R_TEST_ROOMS)
      target_link_libraries(${target}_test PRIVATE fanin::${room})
    endforeach()
    target_link_libraries(${target}_test PRIVATE fanin::${R_NAME} ${R_PRIVATE} ${R_TEST_PRIVATE}
      fanin_test_support fanin_warnings GTest::gmock GTest::gtest_main)
    target_compile_definitions(${target}_test PRIVATE
      FANIN_SOURCE_DIR="${PROJECT_SOURCE_DIR}" FANIN_GOLDEN_DIR="${PROJECT_SOURCE_DIR}/tests/golden")
    fanin_compile_quickly(${target}_test)
    gtest_discover_tests(${target}_test TEST_PREFIX "${R_NAME}." DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600)
  endif()

  if(FANIN_BENCH AND R_BENCHES)
    add_executable(${target}_bench EXCLUDE_FROM_ALL ${R_BENCHES})
    add_dependencies(benches ${target}_bench)
    target_link_libraries(${target}_bench PRIVATE fanin::${R_NAME} ${R_PRIVATE} fanin_warnings
      benchmark::benchmark benchmark::benchmark_main)
  endif()
endfunction()
