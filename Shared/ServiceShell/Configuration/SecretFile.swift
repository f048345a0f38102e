import Glibc

/// The file that a setting's `<NAME>_FILE` names. What it holds is in no error and no warning.
enum SecretFile {
    /// The secret, without the line ends that editors and `echo` leave behind it.
    ///
    /// A file that others may read is used all the same, with a warning: Kubernetes mounts secrets 0644 and Compose
    /// 0444 into a container that nobody else is in, so that a refusal would teach people to take the variable instead,
    /// which `/proc` and every child process show.
    static func text(
        of path: String, for declaration: KeyDeclaration, warnings: inout [String]
    ) throws(ConfigurationError) -> String {
        do throws(FileFailure) {
            var secret = Substring(try SmallFile.text(of: path)).unicodeScalars
            while let last = secret.last, last == "\n" || last == "\r" { secret.removeLast() }
            guard !secret.isEmpty else { throw FileFailure("The file \(path) is empty.") }
            if isReadableByOthers(path) {
                warnings.append(
                    "Every user of this machine can read \(path), which \(declaration.fileName) names; "
                        + "chmod o-rwx \(path) mends it.")
            }
            return String(secret)
        } catch {
            throw ConfigurationError("\(declaration.fileName) cannot be used: \(error.description)")
        }
    }

    /// The group's right does not count: with `fsGroup` it is how a container's user gets to its secrets.
    private static func isReadableByOthers(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & mode_t(S_IROTH) != 0
    }
}
