# An update script of your own. The updater sources it; in /etc/config/ddns:
#
#	config service 'mine'
#		option update_script '/etc/ddns/update_script.sh'
#		option update_server 'members.example.com'
#		option domain 'host.example.com'
#		option username 'joe'
#		option password 'secret'
#
# Every option is a variable of its name, made-up ones like update_server too; the address is in __IP.
# Return 0: accepted. 1: not accepted. 127: nothing was sent.
# shellcheck shell=sh disable=SC2015,SC2154,SC3043

local url answer

[ -n "$username" ] && [ -n "$password" ] || write_log 14 "update_script.sh: username and password are needed"

# asked with use_api_check: what does the provider have?
[ "$GET_REGISTERED_IP" != 1 ] || return 127

# URL_USER and URL_PASS are encoded for URLs already; urlencode does that for others
urlencode host "$domain"
url="https://$URL_USER:$URL_PASS@$update_server/nic/update?hostname=$host&myip=$__IP"

# do_transfer goes the way the section says (bind_network, proxy, cacert ...); the answer is in DATFILE. When it finds nobody,
# the updater runs the script again after retry_interval.
do_transfer "$url" || return 1

read -r answer <"$DATFILE"
write_log 7 "the provider said: $answer"
case $answer in
good* | nochg*) return 0 ;;
esac
return 1
