# A stand-in for OpenWrt's build system, just large enough for this recipe, so that ipk.sh packs what the recipe says and nothing else.
#
#   make -f Makefile TOPDIR=stand-in PKG_INSTALL_DIR=... OUT=... ARCH=...
#
# control: OUT/control, conffiles, postinst-pkg and prerm-pkg, as OpenWrt derives them from the definitions. data: the files, below OUT.
# source: what would be compiled, below PKG_BUILD_DIR.
.PHONY: control data source

comma:=,
list=$(subst $(eval) ,$(comma) ,$(strip $(1)))
# +NAME is a dependency, @CONDITION is for menuconfig only
needed=$(patsubst +%,%,$(filter-out @%,$(1)))
# a line only if there is something to say
field=$(if $(strip $(2)),$(file >>$(OUT)/control,$(1): $(strip $(2))))
text=$(if $(strip $(2)),$(file >$(OUT)/$(1),$(2)))

define BuildPackage
$(eval $(value Package/$(1)))
control:
	$$(file >$(OUT)/control,Package: $(1))
	$$(call field,Version,$(PKG_VERSION)-$(PKG_RELEASE))
	$$(call field,Depends,$$(call list,$$(call needed,$(DEPENDS))))
	$$(call field,Provides,$$(call list,$(PROVIDES)))
	$$(call field,Conflicts,$$(call list,$(CONFLICTS)))
	$$(call field,Replaces,$$(call list,$(CONFLICTS)))
	$$(call field,Source,$(PKG_NAME))
	$$(call field,License,$(PKG_LICENSE))
	$$(call field,Section,$(SECTION))
	$$(call field,Maintainer,$(PKG_MAINTAINER))
	$$(call field,Architecture,$(ARCH))
	$$(call field,Installed-Size,0)
	$$(call field,Description,$$(Package/$(1)/description))
	$$(call text,conffiles,$$(Package/$(1)/conffiles))
	$$(call text,postinst-pkg,$$(Package/$(1)/postinst))
	$$(call text,prerm-pkg,$$(Package/$(1)/prerm))
	@:
data:
	$$(call Package/$(1)/install,$(OUT))
source:
	$$(Build/Prepare)
endef
