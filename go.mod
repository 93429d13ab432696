module github.com/gnllviz/gnllviz

go 1.26
