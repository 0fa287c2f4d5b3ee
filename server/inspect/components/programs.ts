/** Programs that an application mostly does not need, by their names. A program is flagged for the first row that names it. */
import type { Row } from './table.ts';

export const programRows: readonly Row[] = [
  {
    flag: {
      category: 'shell',
      severity: 'error',
      title: 'Command shell',
      why: 'Whoever breaks into the application can run commands with it, and nothing that is written in exec form needs it.',
      remedy:
        'Write CMD, ENTRYPOINT and HEALTHCHECK in exec form, and end in a base without a shell; scripts belong in the build stage.',
    },
    programs: `sh bash rbash dash ash hush zsh zsh-static ksh ksh93 mksh mksh-static lksh oksh posh tcsh csh fish yash elvish nu pwsh sash static-sh`,
  },
  {
    flag: {
      category: 'os-package-manager',
      severity: 'error',
      title: 'OS package manager',
      why: 'It can put new software into a running container, and the application does not need it to run.',
      remedy:
        'Install packages in a build stage, copy from it what the application needs, and end in a base without a package manager.',
    },
    programs: `apt apt-get apt-cache apt-config apt-key apt-mark apt-cdrom apt-ftparchive aptitude dselect dpkg dpkg-deb dpkg-query dpkg-divert dpkg-split
      dpkg-statoverride dpkg-trigger dpkg-realpath dpkg-preconfigure dpkg-reconfigure dpkg-maintscript-helper dpkg-fsys-usrunmess debconf debconf-* snap flatpak synaptic
      rpm rpm2cpio rpmdb rpmkeys rpmquery dnf dnf5 dnf-3 dnf4 yum microdnf tdnf zypper apk apk.static pacman opkg nix nix-env nix-store guix brew pkg`,
  },
  {
    flag: {
      category: 'lang-package-manager',
      severity: 'warning',
      title: 'Package manager of a language',
      why: 'It can fetch code and run it in a running container; the application has its packages already.',
      remedy:
        'Install packages in a build stage, and copy only what they are installed to (a virtual environment, node_modules, a bundle) into the last one.',
    },
    programs: `pip pip2 pip3 pip3.* pipx easy_install uv uvx poetry pdm conda mamba micromamba npm npx yarn yarnpkg pnpm pnpx corepack gem gem3.* bundle bundle3.*
      bundler bundler3.* composer composer.phar cpan cpan5.* cpanm luarocks mvn mvnw gradle gradlew sbt ant ivy nuget dotnet-tool hex rebar3 mix stack cabal opam
      conan vcpkg pear pecl`,
  },
  {
    flag: {
      category: 'network-clients',
      severity: 'warning',
      title: 'OpenSSL command',
      why: 'It opens connections to anywhere, and can carry data out. Debian installs it with its certificates; the libraries that applications use are others.',
      remedy: 'Copy the certificates from a build stage instead of installing ca-certificates in the last one.',
    },
    programs: 'openssl',
  },
  {
    flag: {
      category: 'network-clients',
      severity: 'error',
      title: 'Download and remote access program',
      why: 'Whoever breaks into the application can fetch programs with it, and carry data out.',
      remedy:
        'Download in a build stage, or with ADD. For a health check, ask the application itself, or let the orchestrator ask over HTTP.',
    },
    programs: `curl wcurl wget wget2 aria2c axel lftp ftp tftp ncftp sftp scp ssh rsync socat nc nc.traditional nc.openbsd ncat netcat telnet s_client gnutls-cli
      ssl_client lynx links elinks w3m http https httpie xh lwp-request lwp-download GET POST HEAD smbclient rclone aws gcloud gsutil az mc finger whois
      ssh-keyscan ssh-agent ssh-add`,
  },
  {
    flag: {
      category: 'ssh-server',
      severity: 'error',
      title: 'Remote login server',
      why: 'It is a second way into the container, with keys and accounts of its own to be looked after.',
      remedy: 'Leave it out: a running container is entered with “docker exec” or “kubectl debug”.',
    },
    programs: 'sshd dropbear dropbearmulti telnetd in.telnetd ftpd vsftpd proftpd rlogind rshd tinysshd gotty ttyd',
  },
  {
    flag: {
      category: 'privilege-tools',
      severity: 'info',
      title: 'Program that drops privileges',
      why: 'Entrypoint scripts of official images start as root and become another user with it.',
      remedy: 'With USER in the Dockerfile, the container never runs as root, and nothing has to be dropped.',
    },
    programs: 'gosu su-exec setpriv',
  },
  {
    flag: {
      category: 'privilege-tools',
      severity: 'error',
      title: 'Program that changes users or accounts',
      why: 'It makes whoever uses it another user, or changes who there is; an application that runs as one user needs none.',
      remedy: 'Make accounts in a build stage, copy /etc/passwd and /etc/group from it, and name the user with USER.',
    },
    programs: `su sudo sudoedit sudoreplay visudo cvtsudoers doas pkexec runuser newgrp sg login shadowconfig passwd chpasswd chgpasswd chsh chfn chage expiry gpasswd
      faillog useradd userdel usermod groupadd groupdel groupmod groupmems grpck pwck grpconv grpunconv pwconv pwunconv adduser addgroup deluser delgroup vipw
      vigr newusers newuidmap newgidmap unix_chkpwd unix_update pam-auth-update pam_getenv pam_timestamp_check mkhomedir_helper pam_namespace_helper polkitd
      update-passwd cpgr cppw add-shell remove-shell update-shells faillock pwhistory_helper`,
  },
  {
    flag: {
      category: 'go-rust-dotnet-php-dev',
      severity: 'warning',
      title: 'Toolchain of Go, Rust or PHP',
      why: 'It builds programs: a compiler for whoever breaks in, and mostly hundreds of megabytes.',
      remedy: 'Build in a stage of its own, and copy only what was built into the last one.',
    },
    programs: 'go gofmt cargo rustup rustc rustdoc phpize php-config docker-php-ext-* docker-php-source',
  },
  {
    flag: {
      category: 'python-dev',
      severity: 'info',
      title: 'Development parts of Python',
      why: 'They are for writing, checking and building Python programs, not for running them.',
      remedy: 'Copy the virtual environment alone into the last stage, made with “pip install --no-cache-dir”.',
    },
    programs: 'idle3* idle idle-python* 2to3* pydoc pydoc3* pygettext3* python*-config *-python3*-config',
  },
  {
    flag: {
      category: 'ruby-dev',
      severity: 'info',
      title: 'Documentation tools of Ruby',
      why: 'They make and show documentation, which nobody reads in a container.',
      remedy: 'Copy the bundle of the application into a base with Ruby alone.',
    },
    programs: 'rdoc rdoc3.* ri ri3.*',
  },
  {
    flag: {
      category: 'compiler-toolchain',
      severity: 'warning',
      title: 'Compilers and build tools',
      why: 'Whoever breaks into the application can build programs with them, and they are large.',
      remedy: 'Build in a stage of its own, and copy only what was built into the last one.',
    },
    programs: `cc c++ c89 c99 gcc gcc-* g++ g++-* cpp cpp-* clang clang++ clang-* clang++-* tcc ld ld.bfd ld.gold ld.lld gold lld as ar ranlib nm strip objdump
      objcopy readelf addr2line gprof gprofng* c++filt elfedit dwp gcov gcov-* lto-dump* make gmake make-first-existing-target cmake ctest cpack ninja meson autoconf
      automake aclocal autoreconf libtool libtoolize pkg-config pkgconf m4 bison yacc flex lex yasm nasm patch ghc ocamlopt swiftc gfortran gfortran-* javac
      javap jar jlink jdeps jshell jdb jpackage node-gyp dpkg-architecture dpkg-buildflags dpkg-buildpackage dpkg-buildapi dpkg-buildtree dpkg-checkbuilddeps dpkg-distaddfile
      dpkg-gen* dpkg-mergechangelogs dpkg-name dpkg-parsechangelog dpkg-scan* dpkg-shlibdeps dpkg-source dpkg-vendor fakeroot fakeroot-* x86_64-linux-gnu-*
      aarch64-linux-gnu-* x86_64-alpine-linux-musl-* x86_64-redhat-linux-* dh_*`,
  },
  {
    flag: {
      category: 'vcs-binaries',
      severity: 'warning',
      title: 'Version control',
      why: 'It fetches from anywhere and runs commands; sources belong in a build stage.',
      remedy:
        'Clone in a build stage, or use ADD with the address of the repository. Keep it where the application itself works with repositories.',
    },
    programs:
      'git git-shell git-upload-pack git-upload-archive git-receive-pack git-lfs scalar hg svn svnadmin bzr brz cvs fossil p4',
  },
  {
    flag: {
      category: 'network-debug',
      severity: 'warning',
      title: 'Network diagnosis',
      why: 'It shows whoever breaks in what else there is on the network.',
      remedy:
        'Look from a container beside it that has the tools: “docker debug”, “kubectl debug”, or one that shares its network.',
    },
    programs: `dig nslookup host delv nsupdate ping ping6 ping4 arping tracepath traceroute traceroute6 tcptraceroute mtr nmap masscan zmap hping3 tcpdump tshark
      dumpcap ngrep tcpflow ip ss ifconfig route netstat arp nstat rtmon rtacct rtstat lnstat tc bridge devlink iptables iptables-save iptables-restore ip6tables
      nft ethtool iw iwconfig conntrack ipset brctl`,
  },
  {
    flag: {
      category: 'kernel-boot-firmware',
      severity: 'warning',
      title: 'Tools for kernel, disks and booting',
      why: 'A container has no kernel or disks of its own, so they can do nothing useful in it.',
      remedy: 'Leave out the packages that bring them, or end in a base without them.',
    },
    programs: `update-initramfs mkinitramfs dracut grub-install grub-mkconfig depmod kmod modinfo mkfs mkfs.* mke2fs fsck fsck.* fsfreeze fstrim e2fsck e2image
      e2label e2undo e2scrub* e2freefrag e2mmpstatus e4crypt e4defrag chattr lsattr logsave filefrag mklost+found tune2fs resize2fs dumpe2fs debugfs badblocks mkswap swapon swapoff swaplabel fdisk sfdisk cfdisk parted partx addpart
      delpart resizepart hwclock lspci lsusb dmidecode hdparm smartctl blockdev blkdiscard blkzone blkpr ctrlaltdel wipefs zramctl installkernel rtcwake
      chcpu chmem lsmem isosize fdformat raw readprofile findfs mcookie swaplabel tunelp ldattach`,
  },
  {
    flag: {
      category: 'system-debug',
      severity: 'warning',
      title: 'Process and system tools',
      why: 'They show and change what other programs do; an application needs none of them.',
      remedy:
        'Look from a container beside it that has the tools: “docker debug”, “kubectl debug”, or one that shares its processes.',
    },
    programs: `strace ltrace gdb gdbserver gdbtui lldb perf bpftrace bcc valgrind lsof ps top htop atop pgrep pkill pidof pidwait skill snice pmap pwdx slabtop tload
      vmstat free uptime w watch kill nsenter unshare setns fuser pstree peekfd prtstat killall sysctl dmesg lsblk lscpu lsfd lsipc lsirq lslocks lslogins lsns
      lsclocks irqtop fincore blkid findmnt mountpoint mount umount losetup capsh setcap getcap getpcaps xxd hexdump strings file screen tmux script scriptreplay
      scriptlive expect gcore gstack pstack rdb crash pivot_root switch_root lsmod insmod modprobe rmmod choom chrt ionice prlimit taskset uclampset coresched
      enosys exch ipcs ipcrm ipcmk mesg wall write wdctl last lastb lastlog utmpdump setarch i386 linux32 linux64 x86_64 fallocate flock utmpx ldd pldd`,
    except: /\/(ldd|pldd)$/,
  },
  {
    flag: {
      category: 'system-debug',
      severity: 'hint',
      title: 'Tools of the C library',
      why: 'They come with the C library, also in some distroless bases; an application rarely runs one.',
      remedy: 'They may stay: they do little harm, and some have ldconfig or getent run.',
    },
    programs:
      'ldd pldd getent getconf iconv iconvconfig zdump zic tzselect ldconfig ldconfig.real catchsegv sotruss sprof pcprofiledump makedb nscd',
  },
  {
    flag: {
      category: 'editors-pagers',
      severity: 'warning',
      title: 'Editors and pagers',
      why: 'Most of them run commands from within, so they are shells as well.',
      remedy: 'Leave them out: files of a container are changed by building it again.',
    },
    programs: `vi vim vim.* view vimdiff vimtutor rview rvim ex nvim nano rnano pico emacs emacs-* ed red joe jmacs jpico mcedit micro mg less lessecho lessfile lesskey lesspipe
      more most lv hexedit editor pager sensible-editor sensible-pager sensible-browser sensible-terminal select-editor`,
  },
  {
    flag: {
      category: 'man-info',
      severity: 'info',
      title: 'Readers of manual pages',
      why: 'Nobody reads manual pages in a container of an application.',
      remedy: 'Leave out man-db, info and groff, or end in a base without them.',
    },
    programs:
      'man mandoc apropos whatis info infobrowser install-info update-info-dir mandb groff grog grops grotty manpath lexgrog catman nroff troff tbl eqn preconv soelim',
  },
  {
    flag: {
      category: 'locales',
      severity: 'info',
      title: 'Tools for locales',
      why: 'They make languages and regions known to the C library, which is done while an image is built.',
      remedy: 'Set LANG=C.UTF-8, which needs none of them.',
    },
    programs: 'locale-gen update-locale validlocale',
  },
  {
    flag: {
      category: 'locales',
      severity: 'hint',
      title: 'Tools for locales',
      why: 'They come with the C library, also in some distroless bases.',
      remedy: 'They may stay; LANG=C.UTF-8 needs none of them.',
    },
    programs: 'locale localedef',
  },
  {
    flag: {
      category: 'init-service',
      severity: 'warning',
      title: 'Init and service management',
      why: 'A container runs one application, and its engine is what starts and stops it.',
      remedy:
        'Start the application itself with ENTRYPOINT; where signals must be passed on, “docker run --init” or tini is enough.',
    },
    programs: `init systemd systemctl systemd-* journalctl loginctl hostnamectl timedatectl localectl bootctl busctl runit runit-init runsv runsvdir runsvchdir chpst sv
      openrc openrc-run rc-service rc-update rc-status s6-supervise s6-svc supervisord supervisorctl monit start-stop-daemon service invoke-rc.d update-rc.d
      policy-rc.d deb-systemd-helper deb-systemd-invoke telinit halt reboot shutdown poweroff runlevel rsyslogd syslogd klogd dbus-daemon dbus-* udevadm agetty getty
      killall5 fstab-decode bootlogd sulogin`,
  },
  {
    flag: {
      category: 'cron-at',
      severity: 'warning',
      title: 'Scheduler',
      why: 'It starts programs at given times, beside the application and unseen by the orchestrator.',
      remedy: 'Let the orchestrator start what runs at given times, as a CronJob of Kubernetes does.',
    },
    programs: 'cron crond anacron crontab at atd atq atrm batch fcron dcron supercronic',
  },
  {
    flag: {
      category: 'interpreters',
      severity: 'warning',
      title: 'Script interpreter that is not the application’s',
      why: 'Whoever breaks into the application can run programs of their own with it.',
      remedy: 'End in a base that has none, or only the one that the application runs in.',
    },
    programs: `perl perl5* python python2 python2.7 python3 python3.* ruby ruby3.* irb irb3.* erb erb3.* lua lua5.* luajit tclsh tclsh8.* wish guile php php8* node nodejs deno bun awk gawk mawk
      nawk original-awk bc dc gjs jjs groovy scala jruby pypy pypy3 R Rscript julia osascript`,
    except: /-config$/,
  },
  {
    flag: {
      category: 'interpreters',
      severity: 'info',
      title: 'Scripts of Perl',
      why: 'Perl brings them for those who write in it.',
      remedy: 'End in a base without Perl, or only with what the application needs of it.',
    },
    programs: `corelist enc2xs encguess findrule h2ph h2xs instmodsh json_pp libnetcfg perlbug perldoc perlivp perlthanks piconv pl2pm pod2* podchecker prove ptar ptardiff
      ptargrep shasum splain streamzip xsubpp zipdetails`,
  },
  {
    flag: {
      category: 'userland-utils',
      severity: 'info',
      title: 'General tools',
      why: 'One by one they do little harm; together they are what whoever breaks in works with.',
      remedy:
        'End in a base without them. Programs that begin with “#!/usr/bin/env” have to be started by their interpreter then.',
    },
    programs: `pwd sqv gpgv bashbug cat ls dir vdir dircolors cp mv rm ln link unlink mkdir rmdir mkfifo mknod chmod chown chgrp chcon runcon touch stat env printenv printf echo head tail cut sort
      uniq tsort tr wc tee xargs find locate grep egrep fgrep rgrep sed awk tar rmt rmt-tar tarcat gzip gunzip gzexe uncompress zcat zcmp zdiff zegrep zfgrep zforce zgrep
      zless zmore znew bzip2 bunzip2 bzcat bzip2recover bzcmp bzdiff bzegrep bzexe bzfgrep bzgrep bzless bzmore xz xzcat xz* unxz lzma unlzma lzcat lz* zstd zstd* unzstd zstdcat pzstd unzip zip cpio base64 base32
      basenc md5sum md5sum.textutils sha1sum sha224sum sha256sum sha384sum sha512sum b2sum sum cksum id whoami groups who users logname pinky date sleep timeout
      nohup nice stdbuf split csplit paste join comm diff diff3 sdiff cmp install mktemp tempfile readlink realpath dirname basename pathchk seq yes true false test [ expr
      factor numfmt shuf ptx shred truncate sync fsync df du uname hostname domainname dnsdomainname nisdomainname ypdomainname hostid nproc tty stty arch getopt logger namei
      run-parts which which.debianutils ischroot savelog update-alternatives column colrm col colcrt rev look ul line tac nl fold fmt pr od dd expand unexpand chroot clear clear_console reset tset tput tabs
      toe tic infocmp infotocap captoinfo cal ncal calendar rename.ul renice ctrlaltdel setsid setterm uuidgen uuidparse whereis bits pipesz lastlog2 mklost rename getsubids vcs-run deb-* update-* hardlink`,
    except: /\/update-(initramfs|rc\.d|locale|info-dir|passwd|shells|mime|desktop|icon)/,
  },
];
