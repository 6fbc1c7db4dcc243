#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What Linux tells about another process, in /proc.
enum Process {
    /// The processor time that a process has used so far, in seconds.
    static func processorTime(_ pid: Int) -> Double {
        // Behind the name, which may hold anything, the 12th and 13th field are the ticks of user and system.
        let fields = Self.read("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / 100
    }

    /// The memory that a process holds, in megabytes with one digit.
    static func residentMegabytes(_ pid: Int) -> Double {
        for line in Self.read("/proc/\(pid)/status").split(separator: "\n") where line.hasPrefix("VmRSS:") {
            let kilobytes = line.split(separator: " ").compactMap { Double($0) }.first ?? 0
            return (kilobytes / 102.4).rounded() / 10
        }
        return 0
    }

    private static func read(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        return String(unsafeUninitializedCapacity: 1 << 14) { fread($0.baseAddress, 1, 1 << 14, file) }
    }
}
