# fanin::fanin, the whole library, and what find_package(fanin) needs.
get_property(rooms GLOBAL PROPERTY FANIN_ROOM_TARGETS)
add_library(fanin INTERFACE)
add_library(fanin::fanin ALIAS fanin)
target_link_libraries(fanin INTERFACE ${rooms})
add_custom_target(fanin_product DEPENDS ${rooms} fanin_cli) # what is installed

include(CMakePackageConfigHelpers)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/fanin)
install(TARGETS fanin ${rooms} EXPORT fanin-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT fanin-targets NAMESPACE fanin:: DESTINATION ${config_dir})
configure_package_config_file(${CMAKE_CURRENT_SOURCE_DIR}/cmake/fanin-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/fanin-config.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/fanin-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/fanin-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/fanin-config-version.cmake DESTINATION ${config_dir})
