import SQLiteStorage

/// Whether there is room for data, and the right to write them.
struct DirectoryCheck: DoctorCheck {
    /// With less nothing can be promised for long.
    private static let least: Int64 = 64 << 20

    func findings(in observed: Observations) -> [Finding] {
        guard let directory = observed.directory, case .success(let settings) = observed.settings else { return [] }
        guard directory.isWritable else {
            let problem =
                directory.exists ? "cannot be written to by this user" : "is not there and cannot be created by this user"
            return [Self.finding(.failed, "\(directory.path) \(problem): change its owner, or set storage.directory.")]
        }
        guard let free = directory.freeBytes else {
            return [Self.finding(.ok, "\(directory.path) can be written to.")]
        }
        let megabytes = "\(free >> 20) MiB free"
        if free < Self.least {
            return [Self.finding(.failed, "\(directory.path) has \(megabytes): make room, or what Graph sends is refused soon.")]
        }
        guard free >= settings.retention.logBytes else {
            return [
                Self.finding(
                    .warning,
                    "\(directory.path) has \(megabytes), less than the log may become (storage.retentionMegabytes: "
                        + "\(settings.retention.logBytes >> 20)): make room, or let it become less."
                )
            ]
        }
        let when = directory.exists ? "" : ", and is created at the first start"
        return [Self.finding(.ok, "\(directory.path) can be written to\(when); \(megabytes).")]
    }

    private static func finding(_ verdict: Finding.Verdict, _ message: String) -> Finding {
        Finding("data directory", verdict, message)
    }
}
