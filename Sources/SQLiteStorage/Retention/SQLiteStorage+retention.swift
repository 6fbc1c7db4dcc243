public import ServiceLifecycle

extension SQLiteStorage: Service {
    /// Takes away what is too old or too much, again and again, until the program shuts down.
    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                // What failed, for example for want of space, is tried again the next time.
                _ = try? await self.purge()
                try await Task.sleep(for: self.retention.interval)
            }
        }
    }

    /// Takes away everything that is too old or too much now, in steps that others' writes can go between.
    ///
    /// Whoever asks the log for something that went is told where it begins now (``UpdateLog/bounds()``).
    public func purge() async throws(StorageError) {
        var hasMore = true
        while hasMore, !Task.isCancelled {
            let result: Result<Bool, StorageError> = await withCheckedContinuation { continuation in
                self.committer.submit(.purge(self.retention) { continuation.resume(returning: $0) })
            }
            hasMore = try result.get()
        }
    }
}
