# What the recipe needs of OpenWrt's rules.mk. See include/package.mk.
INCLUDE_DIR:=$(TOPDIR)/include
INSTALL_DIR:=install -d -m0755
CP:=cp -fpR
