import NIOPosix

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Threads for long computations that can wait: where processors are short, everything else goes first.
final class PatientThreads: Sendable {
    /// How many there are.
    let count: Int
    private let pool: NIOThreadPool

    init(_ count: Int) {
        self.count = count
        self.pool = NIOThreadPool(numberOfThreads: count)
        self.pool.start()
    }

    deinit {
        self.pool.shutdownGracefully { _ in }
    }

    /// Computes on one of the threads, or here if they have ended.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            self.pool.submit { state in
                if state == .active { Self.standBack() }
                continuation.resume(returning: body())
            }
        }
    }

    /// Lowers the priority of this thread. Where that is not allowed it stays as it is, which costs no more than time.
    private static func standBack() {
        #if canImport(Darwin)
        pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0)
        #else
        // Zero is the calling thread, not the process: priorities belong to threads on Linux.
        #if canImport(Glibc)
        let process = __priority_which_t(PRIO_PROCESS.rawValue)
        #else
        let process = PRIO_PROCESS
        #endif
        // The whole program may stand back further already.
        _ = setpriority(process, 0, max(Self.niceness, getpriority(process, 0)))
        #endif
    }

    /// From 0, like all others, to 19, hardly ever.
    private static let niceness: Int32 = 10
}
