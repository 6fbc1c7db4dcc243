#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Looks at where data are kept, and changes nothing there.
enum DirectoryLook {
    static func at(_ path: String) -> Observations.Directory {
        let exists = access(path + "/.", F_OK) == 0
        var place = path
        // What is not there is created in what is.
        while access(place + "/.", F_OK) != 0, place != "/", place != "." {
            while place.count > 1, place.hasSuffix("/") { place.removeLast() }
            guard let slash = place.lastIndex(of: "/") else {
                place = "."
                break
            }
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
        var system = statvfs()
        let free = statvfs(place, &system) == 0 ? Int64(system.f_bavail) * Int64(system.f_frsize) : nil
        return Observations.Directory(
            path: path, exists: exists, isWritable: access(place, W_OK | X_OK) == 0, freeBytes: free
        )
    }
}
