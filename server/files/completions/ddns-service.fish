# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_ddns_service_global_optspecs
    string join \n init-db daemon debug config= h/help V/version
end

function __fish_ddns_service_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_ddns_service_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_ddns_service_using_subcommand
    set -l cmd (__fish_ddns_service_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c ddns-service -n "__fish_ddns_service_needs_command" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_needs_command" -l init-db -d 'Make the database, or bring it to this version, and end'
complete -c ddns-service -n "__fish_ddns_service_needs_command" -l daemon -d 'Serve until SIGTERM'
complete -c ddns-service -n "__fish_ddns_service_needs_command" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddns-service -n "__fish_ddns_service_needs_command" -s V -l version -d 'Print version'
complete -c ddns-service -n "__fish_ddns_service_needs_command" -f -a "user" -d 'Users: list, add, delete, password, mail address, limit'
complete -c ddns-service -n "__fish_ddns_service_needs_command" -f -a "hostname" -d 'Hostnames: list, show, add, modify, delete'
complete -c ddns-service -n "__fish_ddns_service_needs_command" -f -a "token" -d 'Tokens: passwords that are good for one hostname only'
complete -c ddns-service -n "__fish_ddns_service_needs_command" -f -a "cleanup" -d 'Remove the records of expired hostnames now, as the daemon does by itself'
complete -c ddns-service -n "__fish_ddns_service_needs_command" -f -a "check" -d 'Look at everything the daemon needs, and say what to do where something is wrong'
complete -c ddns-service -n "__fish_ddns_service_needs_command" -f -a "backup" -d 'Write a whole copy of the database while the daemon goes on'
complete -c ddns-service -n "__fish_ddns_service_needs_command" -f -a "restore" -d 'Bring a copy made by \'backup\' back into an empty database, of whatever kind'
complete -c ddns-service -n "__fish_ddns_service_needs_command" -f -a "import" -d 'Make users and hostnames from a CSV file'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and not __fish_seen_subcommand_from list add delete passwd email limit" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and not __fish_seen_subcommand_from list add delete passwd email limit" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and not __fish_seen_subcommand_from list add delete passwd email limit" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and not __fish_seen_subcommand_from list add delete passwd email limit" -f -a "list" -d 'Show all users'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and not __fish_seen_subcommand_from list add delete passwd email limit" -f -a "add" -d 'Make a user; asks twice for the password'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and not __fish_seen_subcommand_from list add delete passwd email limit" -f -a "delete" -d 'Delete a user who has no hostnames any more'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and not __fish_seen_subcommand_from list add delete passwd email limit" -f -a "passwd" -d 'Change a user\'s password; works at once, tokens stay good'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and not __fish_seen_subcommand_from list add delete passwd email limit" -f -a "email" -d 'Change a user\'s mail address'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and not __fish_seen_subcommand_from list add delete passwd email limit" -f -a "limit" -d 'Say how many hostnames a user may have'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from list" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from list" -l json -d 'Print JSON instead of a table'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from list" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from add" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from add" -l password-stdin -d 'Read the password from the first line of standard input'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from add" -l generate -d 'Make a password and print it once'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from add" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from delete" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from delete" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from passwd" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from passwd" -l password-stdin -d 'Read the password from the first line of standard input'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from passwd" -l generate -d 'Make a password and print it once'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from passwd" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from passwd" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from email" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from email" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from email" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from limit" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from limit" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand user; and __fish_seen_subcommand_from limit" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and not __fish_seen_subcommand_from list show add modify delete" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and not __fish_seen_subcommand_from list show add modify delete" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and not __fish_seen_subcommand_from list show add modify delete" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and not __fish_seen_subcommand_from list show add modify delete" -f -a "list" -d 'Show hostnames'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and not __fish_seen_subcommand_from list show add modify delete" -f -a "show" -d 'Show one hostname with its addresses, tokens and history'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and not __fish_seen_subcommand_from list show add modify delete" -f -a "add" -d 'Make a hostname for a user'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and not __fish_seen_subcommand_from list show add modify delete" -f -a "modify" -d 'Change a hostname\'s TTLs'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and not __fish_seen_subcommand_from list show add modify delete" -f -a "delete" -d 'Remove a hostname\'s DNS records, then the hostname with its tokens and history'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from list" -l user -d 'Only this user\'s' -r
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from list" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from list" -l json -d 'Print JSON instead of a table'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from list" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from show" -l history -d 'How many lines of history' -r
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from show" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from show" -l json -d 'Print JSON instead of a table'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from show" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from add" -l dns-ttl -d 'TTL of its DNS records in seconds' -r
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from add" -l expiry-ttl -d 'Seconds without an update until its records are removed; 0 is never' -r
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from add" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from add" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from modify" -l dns-ttl -d 'TTL of its DNS records in seconds' -r
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from modify" -l expiry-ttl -d 'Seconds without an update until its records are removed; 0 is never' -r
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from modify" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from modify" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from modify" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from delete" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from delete" -l keep-dns -d 'Leave the DNS as it is: for a name server that is gone for good'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from delete" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand hostname; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and not __fish_seen_subcommand_from add list revoke" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and not __fish_seen_subcommand_from add list revoke" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and not __fish_seen_subcommand_from add list revoke" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and not __fish_seen_subcommand_from add list revoke" -f -a "add" -d 'Make a token for a hostname and print it once'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and not __fish_seen_subcommand_from add list revoke" -f -a "list" -d 'Show tokens (never the token itself: it is kept nowhere)'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and not __fish_seen_subcommand_from add list revoke" -f -a "revoke" -d 'Make a token useless at once'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and __fish_seen_subcommand_from add" -l note -d 'What it is for, to know it again' -r
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and __fish_seen_subcommand_from add" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and __fish_seen_subcommand_from add" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and __fish_seen_subcommand_from list" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and __fish_seen_subcommand_from list" -l json -d 'Print JSON instead of a table'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and __fish_seen_subcommand_from list" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and __fish_seen_subcommand_from revoke" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and __fish_seen_subcommand_from revoke" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand token; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand cleanup" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand cleanup" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand cleanup" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand check" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand check" -l json -d 'Print JSON instead of a table'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand check" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand check" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand backup" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand backup" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand backup" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand restore" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand restore" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand restore" -s h -l help -d 'Print help'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand import" -l config -d 'Configuration file' -r -F
complete -c ddns-service -n "__fish_ddns_service_using_subcommand import" -l dry-run -d 'Only look whether all lines could be imported'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand import" -l debug -d 'Log everything, whatever the configuration says'
complete -c ddns-service -n "__fish_ddns_service_using_subcommand import" -s h -l help -d 'Print help'
