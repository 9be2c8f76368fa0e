# XLS_ADD(VARIABLE, FLAGS...): append each flag the compiler and linker accept.
AC_DEFUN([XLS_ADD], [m4_foreach_w([xls_f], [$2], [
  AS_VAR_PUSHDEF([xls_c], [xls_cv_flag_]xls_f)
  AC_CACHE_CHECK([for xls_f], [xls_c], [
    xls_save=$CFLAGS
    CFLAGS="$CFLAGS -Werror xls_f"
    AC_LINK_IFELSE([AC_LANG_PROGRAM], [AS_VAR_SET([xls_c], [yes])],
      [AS_VAR_SET([xls_c], [no])])
    CFLAGS=$xls_save])
  AS_VAR_IF([xls_c], [yes], [$1="$$1 xls_f"])
  AS_VAR_POPDEF([xls_c])])
AC_SUBST([$1])])

# XLS_NEED(PREFIX, MODULE, DEBIAN-PACKAGE): a library that has to be there.
AC_DEFUN([XLS_NEED], [
PKG_CHECK_MODULES([$1], [$2],
  [$1_VERSION=`$PKG_CONFIG --modversion m4_car(m4_unquote(m4_split([$2])))`],
  [xls_missing="$xls_missing
    $2 (Debian: apt-get install $3)"])])

# XLS_NEED_DONE: stop with the whole list when anything was missing.
AC_DEFUN([XLS_NEED_DONE], [
AS_IF([test -n "$xls_missing"], [AC_MSG_ERROR([
  these libraries are needed and were not found by pkg-config:$xls_missing
  Install them and run configure again.])])])

# XLS_FIND(PREFIX, MODULE, DEBIAN-PACKAGE): a library that may be there; one that
# is not is added to $xls_absent.
AC_DEFUN([XLS_FIND], [
PKG_CHECK_MODULES([$1], [$2],
  [$1_VERSION=`$PKG_CONFIG --modversion m4_car(m4_unquote(m4_split([$2])))`],
  [xls_absent="$xls_absent $2 (Debian: $3)"])])
